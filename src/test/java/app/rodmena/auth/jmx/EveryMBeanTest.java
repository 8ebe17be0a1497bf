package app.rodmena.auth.jmx;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.testing.Documentation;
import app.rodmena.auth.testing.JmxClient;
import app.rodmena.auth.testing.TestServer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanFeatureInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.ObjectName;
import javax.management.openmbean.ArrayType;
import javax.management.openmbean.CompositeType;
import javax.management.openmbean.OpenMBeanParameterInfo;
import javax.management.openmbean.OpenType;
import javax.management.openmbean.SimpleType;
import javax.management.openmbean.TabularType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Rules for every MBean, checked by a remote JMX client. */
class EveryMBeanTest {
    private static TestServer server;
    private static JmxClient client;

    @BeforeAll
    static void start() throws Exception {
        server = TestServer.start();
        client = new JmxClient("ada");
        assertThat(server.get("/api/roles")).isEqualTo(200);
    }

    @AfterAll
    static void stop() throws Exception {
        client.close();
        server.close();
    }

    @Test
    void beansHaveTheseNamesWithoutQuotes() throws Exception {
        assertThat(JmxClient.names(MBeans.DOMAIN))
                .extracting(ObjectName::getCanonicalKeyPropertyListString)
                .containsExactlyInAnyOrder(
                        "name=auth,type=Capacity",
                        "name=auth,type=Connections",
                        "name=auth,type=Pool",
                        "name=auth,type=PoolEvents",
                        "name=auth,type=PoolSettings",
                        "name=auth,type=Statements",
                        "type=Diagnosis",
                        "type=Fleet",
                        "type=Incidents",
                        "type=Logging",
                        "type=Remedies",
                        "type=Server");
        assertThat(JmxClient.names("com.zaxxer.hikari"))
                .extracting(ObjectName::getCanonicalName)
                .contains("com.zaxxer.hikari:name=auth,type=Pool", "com.zaxxer.hikari:name=auth,type=PoolConfig");
        assertThat(Stream.of(MBeans.DOMAIN, "com.zaxxer.hikari", "metrics").flatMap(EveryMBeanTest::names))
                .hasSizeGreaterThan(20)
                .allSatisfy(name -> assertThat(name.getKeyPropertyList().values())
                        .allMatch(value -> value.matches("[A-Za-z0-9_.-]+")));
    }

    @Test
    void everyAttributeIsReadableAndOfItsOpenType() throws Exception {
        for (ObjectName name : JmxClient.names(MBeans.DOMAIN)) {
            MBeanInfo info = client.connection().getMBeanInfo(name);
            String[] all = Arrays.stream(info.getAttributes())
                    .map(MBeanFeatureInfo::getName)
                    .toArray(String[]::new);
            assertThat(client.connection().getAttributes(name, all))
                    .as(name + "")
                    .hasSize(all.length);
            for (MBeanAttributeInfo attribute : info.getAttributes()) {
                Object value = client.connection().getAttribute(name, attribute.getName());
                assertThat(openType(attribute).isValue(value))
                        .as("%s %s = %s", name, attribute.getName(), value)
                        .isTrue();
            }
        }
    }

    @Test
    void everyFeatureIsDescribedAndEveryNumberHasAUnit() throws Exception {
        for (ObjectName name : JmxClient.names(MBeans.DOMAIN)) {
            MBeanInfo info = client.connection().getMBeanInfo(name);
            assertThat(info.getDescription()).contains(" ");
            for (MBeanAttributeInfo attribute : info.getAttributes()) {
                assertDescribed(name, attribute, openType(attribute));
            }
            for (MBeanOperationInfo operation : info.getOperations()) {
                assertDescribed(
                        name, operation, (OpenType<?>) operation.getDescriptor().getFieldValue("openType"));
                for (var parameter : operation.getSignature()) {
                    assertThat(parameter.getName()).doesNotMatch("(arg|p)\\d");
                    assertDescribed(name, parameter, ((OpenMBeanParameterInfo) parameter).getOpenType());
                }
            }
        }
    }

    /** On a difference, the expected table can be pasted into the manual. */
    @Test
    void theManualListsAllMBeans() throws Exception {
        List<String> lines = new ArrayList<>(List.of("| MBean | attributes | operations |", "|---|---|---|"));
        for (ObjectName name : JmxClient.names(MBeans.DOMAIN)) {
            lines.add(row(name, client.connection().getMBeanInfo(name)));
        }
        String page = Documentation.text(Documentation.page("jmx"));
        String table = page.substring(Math.max(0, page.indexOf(lines.get(0))));

        assertThat(table.lines().limit(lines.size()).collect(Collectors.joining("\n")))
                .isEqualTo(String.join("\n", lines));
    }

    private static String row(ObjectName name, MBeanInfo info) {
        Map<String, Set<String>> fields = new TreeMap<>();
        for (MBeanAttributeInfo attribute : info.getAttributes()) {
            if (openType(attribute) instanceof CompositeType composite) {
                fields.put(attribute.getName(), composite.keySet());
            }
        }
        Set<String> attributeNames = Arrays.stream(info.getAttributes())
                .map(MBeanFeatureInfo::getName)
                .map(own -> own.substring(0, 1).toLowerCase(Locale.ROOT) + own.substring(1))
                .collect(Collectors.toSet());
        fields.values().removeIf(names -> !attributeNames.containsAll(names));
        String attributes = Arrays.stream(info.getAttributes())
                .filter(attribute -> attribute.isWritable()
                        || fields.values().stream()
                                .noneMatch(names ->
                                        names.stream().anyMatch(field -> field.equalsIgnoreCase(attribute.getName()))))
                .map(attribute -> attribute.getName()
                        + (attribute.isWritable() ? " *" : "")
                        + (fields.containsKey(attribute.getName()) ? " +" : ""))
                .collect(Collectors.joining(", "));
        String operations = Arrays.stream(info.getOperations())
                .map(EveryMBeanTest::signature)
                .collect(Collectors.joining(", "));
        String notifications = info.getNotifications().length == 0 ? "" : "; notifications";
        return "| `%s`<br>%s%s | %s | %s |"
                .formatted(
                        name.getKeyPropertyListString(), info.getDescription(), notifications, attributes, operations);
    }

    private static String signature(MBeanOperationInfo operation) {
        return Arrays.stream(operation.getSignature())
                .map(MBeanFeatureInfo::getName)
                .collect(Collectors.joining(", ", operation.getName() + "(", ")"));
    }

    private static void assertDescribed(ObjectName name, MBeanFeatureInfo feature, OpenType<?> type) {
        String where = name + " " + feature.getName();
        assertThat(feature.getDescription()).as(where).contains(" ");
        assertThat(feature.getDescription())
                .as(where)
                .isNotEqualTo(feature.getName())
                .doesNotEndWith(".");
        if (isNumber(type)) {
            assertThat(feature.getDescription()).as(where).matches(".+ \\[.+]");
            assertThat(feature.getDescriptor().getFieldValue("units")).as(where).isNotEqualTo("");
        }
        assertColumnsDescribed(where, type);
    }

    private static void assertColumnsDescribed(String where, OpenType<?> type) {
        if (type instanceof TabularType table) {
            assertColumnsDescribed(where, table.getRowType());
        } else if (type instanceof ArrayType<?> array) {
            assertColumnsDescribed(where, array.getElementOpenType());
        } else if (type instanceof CompositeType composite) {
            Set<String> columns = composite.keySet();
            for (String column : columns) {
                String description = composite.getDescription(column);
                assertThat(description).as(where + " " + column).isNotBlank().isNotEqualTo(column);
                if (isNumber(composite.getType(column))) {
                    assertThat(description).as(where + " " + column).matches(".+ \\[.+]");
                }
            }
        }
    }

    private static boolean isNumber(OpenType<?> type) {
        return Set.of(SimpleType.INTEGER, SimpleType.LONG, SimpleType.DOUBLE).contains(type);
    }

    private static OpenType<?> openType(MBeanAttributeInfo attribute) {
        return (OpenType<?>) attribute.getDescriptor().getFieldValue("openType");
    }

    private static Stream<ObjectName> names(String domain) {
        try {
            return JmxClient.names(domain).stream();
        } catch (JMException e) {
            throw new IllegalStateException(e);
        }
    }
}
