package app.rodmena.auth.schema;

import app.rodmena.auth.common.WireNamed;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The fields of a record that clients see: its components with a {@link Description}, the fields of its components with
 * {@link Flatten}, then its methods with a description, by name. Other components are internal. Immutable.
 *
 * <p>Clients see plain values: a duration as milliseconds, with the suffix {@code Millis} in the field's name; an
 * instant as {@link WireFormat#time}; an enum as its name; a supplier as what it supplies; an absent value as an empty
 * text or as {@link Description#absent}. Numbers, booleans, text, lists and records stay as they are.
 */
public record RecordSchema(List<Field> fields) {
    private static final ClassValue<RecordSchema> SCHEMAS = new ClassValue<>() {
        @Override
        protected RecordSchema computeValue(Class<?> row) {
            return new RecordSchema(Stream.concat(
                            Arrays.stream(row.getRecordComponents()).flatMap(RecordSchema::fieldsOf),
                            derived(row).map(method -> field(method, method.getGenericReturnType(), method)))
                    .toList());
        }
    };

    /**
     * One field.
     *
     * @param type the type of the plain values
     * @param key whether the field identifies a row of a table
     * @param metricName its names in metrics; null if they are made of the field's name
     * @param absent the plain value of a missing record
     * @param reader reads the plain value from the record
     */
    public record Field(
            String name,
            String description,
            String unit,
            Type type,
            boolean key,
            MetricName metricName,
            Object absent,
            UnaryOperator<Object> reader) {

        /** The name in snake case, such as {@code pool_size}. */
        public String snakeName() {
            return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
        }

        /** The name in the registry behind JMX, without its prefix. */
        public String registryName() {
            return metricName == null || metricName.registry().isEmpty() ? snakeName() : metricName.registry();
        }

        /** The names in Prometheus, where times are in seconds; by default one with this prefix. */
        public List<String> prometheusNames(String prefix) {
            return metricName == null || metricName.prometheus().length == 0
                    ? List.of(prefix + snakeName().replaceFirst("_millis$", "_seconds"))
                    : List.of(metricName.prometheus());
        }

        /** The name in OpenTelemetry's semantic conventions; empty if there is none. */
        public String openTelemetryName() {
            return metricName == null ? "" : metricName.openTelemetry();
        }

        /** Whether the value is a number or a boolean. */
        public boolean isNumeric() {
            return type != String.class && type instanceof Class<?> plain && plain.isPrimitive();
        }

        public Object of(Object row) {
            return reader.apply(row);
        }
    }

    /** A kind of plain values. */
    private record Plain(Type type, Object absent, UnaryOperator<Object> convert) {}

    /** The schema of a record type; without fields if nothing in it has a description. */
    public static RecordSchema of(Class<?> row) {
        return SCHEMAS.get(row);
    }

    public record DescribedValue(String name, Object value, String unit, String description) {}

    /** The fields of a record with their values and descriptions. */
    public static List<DescribedValue> describe(Record row) {
        return of(row.getClass()).fields().stream()
                .map(field -> new DescribedValue(field.name(), field.of(row), field.unit(), field.description()))
                .toList();
    }

    /** The values of some fields of a record, by their names in snake case, in this order. */
    public static Map<String, Object> values(Record row, String... snakeNames) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (String name : snakeNames) {
            of(row.getClass()).fields().stream()
                    .filter(field -> field.snakeName().equals(name))
                    .forEach(field -> values.put(name, field.of(row)));
        }
        return values;
    }

    /** The fields of a record as text, such as {@code poolSize=5, maxOverflow=5}. */
    public static String text(Record row) {
        return of(row.getClass()).fields().stream()
                .map(field -> field.name() + "=" + field.of(row))
                .collect(Collectors.joining(", "));
    }

    private static Stream<Method> derived(Class<?> row) {
        List<String> components = Arrays.stream(row.getRecordComponents())
                .map(RecordComponent::getName)
                .toList();
        return Arrays.stream(row.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Description.class) && method.getParameterCount() == 0)
                .filter(method -> !components.contains(method.getName()))
                .sorted(Comparator.comparing(Method::getName));
    }

    private static Stream<Field> fieldsOf(RecordComponent component) {
        if (component.isAnnotationPresent(Flatten.class)) {
            return flattened(component);
        }
        return component.isAnnotationPresent(Description.class)
                ? Stream.of(field(component, component.getGenericType(), component.getAccessor()))
                : Stream.empty();
    }

    private static Stream<Field> flattened(RecordComponent component) {
        Method accessor = component.getAccessor();
        accessor.setAccessible(true);
        String prefix = component.getAnnotation(Flatten.class).value();
        boolean optional = component.getType() == Optional.class;
        Class<?> inner = optional ? (Class<?>) argument(component.getGenericType()) : component.getType();
        return of(inner).fields().stream().map(field -> {
            UnaryOperator<Object> reader = optional
                    ? row -> ((Optional<?>) read(accessor, row))
                            .<Object>map(field.reader())
                            .orElse(field.absent())
                    : row -> field.of(read(accessor, row));
            return new Field(
                    field.name().replace("%s", prefix),
                    field.description(),
                    field.unit(),
                    field.type(),
                    field.key(),
                    field.metricName(),
                    field.absent(),
                    reader);
        });
    }

    private static Field field(AnnotatedElement element, Type type, Method accessor) {
        Description description = element.getAnnotation(Description.class);
        accessor.setAccessible(true); // The record may not be public.
        Plain plain = plain(type, description);
        String name = description.name().isEmpty() ? accessor.getName() : description.name();
        if (isDuration(type) && !description.unit().isEmpty()) {
            throw new IllegalArgumentException(
                    "%s: a duration is in milliseconds; leave out its unit".formatted(accessor));
        }
        return new Field(
                isDuration(type) ? name + "Millis" : name,
                description.value(),
                isDuration(type) ? "milliseconds" : description.unit(),
                plain.type(),
                description.key(),
                element.getAnnotation(MetricName.class),
                plain.absent(),
                row -> plain.convert().apply(read(accessor, row)));
    }

    private static boolean isDuration(Type type) {
        return type == Duration.class || (type instanceof ParameterizedType generic && isDuration(argument(generic)));
    }

    private static Plain plain(Type type, Description description) {
        if (type == Duration.class) {
            return description.wholeMillis()
                    ? new Plain(long.class, (long) description.absent(), value -> ((Duration) value).toMillis())
                    : new Plain(
                            double.class, (double) description.absent(), value -> WireFormat.millis((Duration) value));
        }
        if (type == Instant.class) {
            return new Plain(String.class, "", value -> WireFormat.time((Instant) value));
        }
        if (type == OptionalInt.class) {
            int absent = description.absent();
            return new Plain(int.class, absent, value -> ((OptionalInt) value).orElse(absent));
        }
        if (type == Integer.class) {
            return new Plain(int.class, description.absent(), UnaryOperator.identity());
        }
        if (description.joinLines()) {
            return new Plain(
                    String.class,
                    "",
                    lines -> ((List<?>) lines).stream().map(String::valueOf).collect(Collectors.joining("\n")));
        }
        if (type instanceof Class<?> plain && plain.isEnum()) {
            return new Plain(
                    String.class,
                    "",
                    constant -> constant instanceof WireNamed named ? named.wireName() : ((Enum<?>) constant).name());
        }
        if (type instanceof ParameterizedType generic && generic.getRawType() == Optional.class) {
            Plain value = plain(argument(type), description);
            return new Plain(
                    value.type(),
                    value.absent(),
                    optional -> ((Optional<?>) optional)
                            .<Object>map(value.convert())
                            .orElse(value.absent()));
        }
        if (type instanceof ParameterizedType generic && generic.getRawType() == Supplier.class) {
            Plain value = plain(argument(type), description);
            return new Plain(
                    value.type(), value.absent(), supplier -> value.convert().apply(((Supplier<?>) supplier).get()));
        }
        return new Plain(type, absent(type, description.absent()), UnaryOperator.identity());
    }

    private static Object absent(Type type, int number) {
        Map<Type, Object> values = Map.of(
                int.class, number, long.class, (long) number, double.class, (double) number, boolean.class, false);
        return values.getOrDefault(type, type == String.class ? "" : List.of());
    }

    private static Type argument(Type generic) {
        return ((ParameterizedType) generic).getActualTypeArguments()[0];
    }

    private static Object read(Method accessor, Object row) {
        try {
            return accessor.invoke(row);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(accessor + " is not accessible", e);
        }
    }
}
