package app.rodmena.auth.boards;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.boards.BoardFiles.Place;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanFeatureInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;

/** What the MBeans of the server in this JVM have; each check says where the name is written that is not there. */
final class Beans {
    private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();

    private Beans() {}

    /** @param name may have wildcards */
    static void assertBean(Place place, String name) throws JMException {
        assertThat(SERVER.queryNames(new ObjectName(name), null))
                .as("%s: MBean %s", place, name)
                .isNotEmpty();
    }

    /** @param path an attribute, or something within it: {@code Snapshot.checkedOut}, also with a slash */
    static void assertAttribute(Place place, String bean, String path) throws JMException {
        assertBean(place, bean);
        String[] steps = path.split("[./]");
        ObjectName name = new ObjectName(bean);
        assertThat(attributes(name)).as("%s: attribute of %s", place, bean).contains(steps[0]);
        Object value = SERVER.getAttribute(name, steps[0]);
        for (String step : Arrays.asList(steps).subList(1, steps.length)) {
            assertThat(value).as("%s: %s of %s", place, path, bean).isInstanceOf(CompositeData.class);
            CompositeData composite = (CompositeData) value;
            assertThat(composite.containsKey(step))
                    .as(
                            "%s: %s of %s; there are %s",
                            place, path, bean, composite.getCompositeType().keySet())
                    .isTrue();
            value = composite.get(step);
        }
    }

    static void assertWritable(Place place, String bean, String attribute) throws JMException {
        assertAttribute(place, bean, attribute);
        assertThat(Arrays.stream(SERVER.getMBeanInfo(new ObjectName(bean)).getAttributes())
                        .filter(MBeanAttributeInfo::isWritable)
                        .map(MBeanFeatureInfo::getName))
                .as("%s: what can be written of %s", place, bean)
                .contains(attribute);
    }

    static void assertOperation(Place place, String bean, String operation, int parameters) throws JMException {
        assertBean(place, bean);
        assertThat(SERVER.getMBeanInfo(new ObjectName(bean)).getOperations())
                .as("%s: operation %s of %s with %d parameters", place, operation, bean, parameters)
                .anyMatch(known -> known.getName().equals(operation) && known.getSignature().length == parameters);
    }

    /** Every name of an attribute, or of something within one, that the bean has. */
    static Set<String> words(String bean) throws JMException {
        Set<String> words = new TreeSet<>();
        ObjectName name = new ObjectName(bean);
        for (String attribute : attributes(name)) {
            words.add(attribute);
            addWords(words, SERVER.getAttribute(name, attribute));
        }
        return words;
    }

    private static void addWords(Set<String> words, Object value) {
        if (value instanceof CompositeData composite) {
            words.addAll(composite.getCompositeType().keySet());
        } else if (value instanceof TabularData table) {
            words.addAll(table.getTabularType().getRowType().keySet());
        } else if (value instanceof CompositeData[] rows && rows.length > 0) {
            words.addAll(rows[0].getCompositeType().keySet());
        }
    }

    private static Collection<String> attributes(ObjectName name) throws JMException {
        return Arrays.stream(SERVER.getMBeanInfo(name).getAttributes())
                .map(MBeanFeatureInfo::getName)
                .toList();
    }
}
