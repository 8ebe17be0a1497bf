package app.rodmena.auth.jmx.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.rodmena.auth.jmx.mapping.OpenMapping.Table;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.Flatten;
import java.util.Arrays;
import java.util.List;
import javax.management.Attribute;
import javax.management.AttributeNotFoundException;
import javax.management.InvalidAttributeValueException;
import javax.management.MBeanException;
import javax.management.MBeanOperationInfo;
import javax.management.ReflectionException;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.SimpleType;
import javax.management.openmbean.TabularData;
import org.junit.jupiter.api.Test;

class DescribedMBeanTest {
    private final Kettle kettle = new Kettle();
    private final DescribedMBean bean = new DescribedMBean(kettle);

    @Description("Boils water")
    static final class Kettle {
        private int degrees = 20;
        private int readings;
        private boolean heating;

        @Description("The display")
        record Display(
                @Description(value = "Temperature of the water", unit = "degrees Celsius")
                int degrees,

                @Description(value = "Number of readings", unit = "readings")
                int readings) {}

        @Description("A poured cup")
        record Cup(
                @Description(key = true, value = "Name of the drinker")
                String drinker,

                @Description(value = "Volume", unit = "millilitres")
                long content) {}

        @Description("The display as a whole")
        @Flatten
        public Display getDisplay() {
            return new Display(degrees, ++readings);
        }

        @Description("0 to 100")
        public void setDegrees(int degrees) {
            if (degrees < 0 || degrees > 100) {
                throw new IllegalArgumentException("degrees: %d; must be 0 to 100".formatted(degrees));
            }
            this.degrees = degrees;
        }

        @Description("Whether it boils")
        public boolean isBoiling() {
            return degrees == 100;
        }

        @Description("The cups, by drinker")
        public Table<Cup> getCups() {
            return new Table<>(List.of(new Cup("ada", 200), new Cup("bob", 150)));
        }

        @Description("The cups, in the order they were poured")
        public List<Cup> getPoured() {
            return List.of(new Cup("bob", 150), new Cup("ada", 200));
        }

        @Description("Stops heating")
        public void off() {
            if (!heating) {
                throw new IllegalStateException("it is off already");
            }
            heating = false;
        }

        @Description("Estimates the heating time")
        public String estimate(@Description(value = "Volume of water", unit = "litres") double water) {
            return water + " litres take a while";
        }

        @Description("Fails with an unexpected exception")
        public void explode() {
            if (!heating) {
                throw new ArrayStoreException("internal detail");
            }
        }

        public String getSecret() {
            return "has no description, so it is no attribute";
        }
    }

    @Test
    void flattenedComponentsAreAttributesWithTheSameDescription() throws Exception {
        assertThat(bean.getAttribute("Degrees")).isEqualTo(20);
        CompositeData display = (CompositeData) bean.getAttribute("Display");
        assertThat(display.get("degrees")).isEqualTo(20);
        assertThat(display.getCompositeType().getDescription("degrees"))
                .isEqualTo("Temperature of the water [degrees Celsius]");
        assertThat(Arrays.stream(bean.getMBeanInfo().getAttributes())
                        .filter(attribute -> attribute.getName().equals("Degrees"))
                        .findFirst())
                .hasValueSatisfying(attribute -> {
                    assertThat(attribute.getDescription())
                            .isEqualTo("Temperature of the water. When written: 0 to 100 [degrees Celsius]");
                    assertThat(attribute.isWritable()).isTrue();
                    assertThat(attribute.getDescriptor().getFieldValue("units")).isEqualTo("degrees Celsius");
                    assertThat(attribute.getDescriptor().getFieldValue("openType"))
                            .isEqualTo(SimpleType.INTEGER);
                });
    }

    @Test
    void attributesReadTogetherAreOfOneInstant() {
        List<Attribute> values = bean.getAttributes(new String[] {"Readings", "Display", "Readings"})
                .asList();

        assertThat(values).extracting(Attribute::getName).containsExactly("Readings", "Display", "Readings");
        assertThat(values.get(0).getValue())
                .isEqualTo(((CompositeData) values.get(1).getValue()).get("readings"))
                .isEqualTo(values.get(2).getValue())
                .isEqualTo(1);
    }

    @Test
    void tablesAreIndexedByKeyAndListsKeepTheirOrder() throws Exception {
        TabularData cups = (TabularData) bean.getAttribute("Cups");
        assertThat(cups.get(new Object[] {"ada"}).get("content")).isEqualTo(200L);
        assertThat((CompositeData[]) bean.getAttribute("Poured"))
                .extracting(cup -> cup.get("drinker"))
                .containsExactly("bob", "ada");
    }

    @Test
    void refusedValuesHaveTheBeansMessage() throws Exception {
        bean.setAttribute(new Attribute("Degrees", 100));
        assertThat(bean.getAttribute("Boiling")).isEqualTo(true);

        assertThatThrownBy(() -> bean.setAttribute(new Attribute("Degrees", 101)))
                .isInstanceOf(InvalidAttributeValueException.class)
                .hasMessage("degrees: 101; must be 0 to 100");
        assertThatThrownBy(() -> bean.setAttribute(new Attribute("Degrees", "hot")))
                .isInstanceOf(InvalidAttributeValueException.class)
                .hasMessage("Degrees must be a java.lang.Integer");
        assertThatThrownBy(() -> bean.setAttribute(new Attribute("Readings", 0)))
                .isInstanceOf(AttributeNotFoundException.class);
        assertThat(kettle.degrees).isEqualTo(100);
    }

    @Test
    void operationsDescribeAndCheckTheirParameters() throws Exception {
        MBeanOperationInfo estimate = operation("estimate");
        assertThat(estimate.getSignature()[0].getName()).isEqualTo("water");
        assertThat(estimate.getSignature()[0].getDescription()).isEqualTo("Volume of water [litres]");
        assertThat(estimate.getImpact()).isEqualTo(MBeanOperationInfo.INFO);
        assertThat(operation("off").getImpact()).isEqualTo(MBeanOperationInfo.ACTION);

        assertThat(invoke("estimate", 1.5)).isEqualTo("1.5 litres take a while");
        assertThatThrownBy(() -> invoke("estimate"))
                .isInstanceOf(MBeanException.class)
                .hasRootCauseMessage("estimate has 1 parameters, got 0");
        assertThatThrownBy(() -> invoke("estimate", new Object[] {null}))
                .isInstanceOf(MBeanException.class)
                .hasRootCauseMessage("water of estimate must be a java.lang.Double");
        assertThatThrownBy(() -> invoke("getSecret")).isInstanceOf(ReflectionException.class);
        assertThatThrownBy(() -> bean.getAttribute("Secret")).isInstanceOf(AttributeNotFoundException.class);
    }

    @Test
    void exceptionsUseJdkClassesAndHideInternals() {
        assertThatThrownBy(() -> invoke("off"))
                .isInstanceOf(MBeanException.class)
                .hasMessage("it is off already")
                .cause()
                .isInstanceOf(IllegalStateException.class)
                .hasNoCause();
        assertThatThrownBy(() -> invoke("explode"))
                .isInstanceOf(MBeanException.class)
                .hasMessage("explode failed with an unexpected error; see the server's log")
                .cause()
                .hasNoCause();
    }

    @Test
    void beansWithoutDescriptionOrOpenTypeAreRefused() {
        assertThatThrownBy(() -> new DescribedMBean(new Object())).hasMessageContaining("has no description");
        assertThatThrownBy(() -> new DescribedMBean(new Closed())).hasMessageContaining("has no open type");
    }

    @Description("Has an attribute without an open type")
    static final class Closed {
        @Description("A kettle")
        public Kettle getKettle() {
            return new Kettle();
        }
    }

    private MBeanOperationInfo operation(String name) {
        return Arrays.stream(bean.getMBeanInfo().getOperations())
                .filter(operation -> operation.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private Object invoke(String name, Object... arguments) throws Exception {
        return bean.invoke(name, arguments, new String[arguments.length]);
    }
}
