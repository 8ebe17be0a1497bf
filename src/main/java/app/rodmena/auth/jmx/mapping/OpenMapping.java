package app.rodmena.auth.jmx.mapping;

import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.RecordSchema;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Array;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import javax.management.ImmutableDescriptor;
import javax.management.openmbean.ArrayType;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.CompositeDataSupport;
import javax.management.openmbean.CompositeType;
import javax.management.openmbean.OpenDataException;
import javax.management.openmbean.OpenType;
import javax.management.openmbean.SimpleType;
import javax.management.openmbean.TabularDataSupport;
import javax.management.openmbean.TabularType;

/**
 * Maps a Java type to an open type, so that a client needs none of the server's classes: numbers, booleans and text
 * stay as they are, a record becomes CompositeData, a list an array, a {@link Table} TabularData. Immutable.
 *
 * <p>The JDK's own mapping for MXBeans supports no records on Java 17, no flat tables and no column descriptions.
 */
public record OpenMapping(OpenType<?> type, UnaryOperator<Object> toOpen) {
    private static final Map<Type, SimpleType<?>> SIMPLE = Map.of(
            void.class, SimpleType.VOID,
            boolean.class, SimpleType.BOOLEAN,
            int.class, SimpleType.INTEGER,
            long.class, SimpleType.LONG,
            double.class, SimpleType.DOUBLE,
            String.class, SimpleType.STRING);

    /** The mapping of a type; one without an open type causes an IllegalArgumentException. */
    public static OpenMapping of(Type type) {
        try {
            if (SIMPLE.containsKey(type)) {
                return new OpenMapping(SIMPLE.get(type), UnaryOperator.identity());
            }
            if (type instanceof Class<?> row && row.isRecord()) {
                return ofRecord(row);
            }
            if (type instanceof ParameterizedType generic && generic.getRawType() == List.class) {
                return ofList(of(generic.getActualTypeArguments()[0]));
            }
            if (type instanceof ParameterizedType generic && generic.getRawType() == Table.class) {
                return ofTable((Class<?>) generic.getActualTypeArguments()[0]);
            }
        } catch (OpenDataException e) {
            throw new IllegalArgumentException(type + " has no open type", e);
        }
        throw new IllegalArgumentException(type + " has no open type");
    }

    private static OpenMapping ofRecord(Class<?> row) throws OpenDataException {
        List<RecordSchema.Field> fields = RecordSchema.of(row).fields();
        List<OpenMapping> mappings =
                fields.stream().map(field -> of(field.type())).toList();
        String[] names = fields.stream().map(RecordSchema.Field::name).toArray(String[]::new);
        CompositeType type = new CompositeType(
                row.getSimpleName(),
                MemberDescription.of(row).text(),
                names,
                fields.stream().map(field -> MemberDescription.of(field).text()).toArray(String[]::new),
                mappings.stream().map(OpenMapping::type).toArray(OpenType<?>[]::new));
        return new OpenMapping(type, value -> {
            Object[] values = new Object[names.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = mappings.get(i).toOpen().apply(fields.get(i).of(value));
            }
            return composite(type, names, values);
        });
    }

    private static OpenMapping ofList(OpenMapping element) throws OpenDataException {
        ArrayType<?> type = new ArrayType<>(1, element.type());
        Class<?> elementClass = element.type() instanceof CompositeType ? CompositeData.class : String.class;
        return new OpenMapping(
                type,
                list -> ((List<?>) list).stream().map(element.toOpen()).toArray(size ->
                        (Object[]) Array.newInstance(elementClass, size)));
    }

    private static OpenMapping ofTable(Class<?> row) throws OpenDataException {
        OpenMapping rows = ofRecord(row);
        String[] keys = RecordSchema.of(row).fields().stream()
                .filter(RecordSchema.Field::key)
                .map(RecordSchema.Field::name)
                .toArray(String[]::new);
        TabularType type = new TabularType(
                row.getSimpleName() + "Table", MemberDescription.of(row).text(), (CompositeType) rows.type(), keys);
        return new OpenMapping(type, table -> {
            TabularDataSupport data = new TabularDataSupport(type);
            for (Object each : ((Table<?>) table).rows()) {
                data.put((CompositeData) rows.toOpen().apply(each));
            }
            return data;
        });
    }

    private static CompositeData composite(CompositeType type, String[] names, Object[] values) {
        try {
            return new CompositeDataSupport(type, names, values);
        } catch (OpenDataException e) {
            throw new IllegalStateException("a value of " + type.getTypeName() + " does not match its open type", e);
        }
    }

    /** The text and unit of a {@link Description}; the unit is empty for text. */
    record MemberDescription(String sentence, String unit) {
        /** @throws IllegalArgumentException if the element has no description */
        static MemberDescription of(AnnotatedElement element) {
            Description describe = element.getAnnotation(Description.class);
            if (describe == null) {
                throw new IllegalArgumentException(element + " has no description");
            }
            return new MemberDescription(describe.value(), describe.unit());
        }

        static MemberDescription of(RecordSchema.Field field) {
            return new MemberDescription(field.description(), field.unit());
        }

        /** The description of an attribute that has this setter. */
        MemberDescription whenWritten(MemberDescription setter) {
            return new MemberDescription(sentence + ". When written: " + setter.sentence, unit);
        }

        ImmutableDescriptor descriptor(OpenType<?> type) {
            return new ImmutableDescriptor(Map.of("openType", type, "units", unit));
        }

        /** Text with the unit: {@code Longest wait for a connection [milliseconds]}. */
        String text() {
            return unit.isEmpty() ? sentence : sentence + " [" + unit + "]";
        }
    }

    /** Rows that clients receive as TabularData, which has no order. Ordered rows use a {@code List}. */
    public record Table<R extends Record>(List<R> rows) {
        public Table {
            rows = List.copyOf(rows);
        }
    }
}
