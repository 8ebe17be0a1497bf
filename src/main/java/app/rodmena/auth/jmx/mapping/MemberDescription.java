package app.rodmena.auth.jmx.mapping;

import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.RecordSchema;
import java.lang.reflect.AnnotatedElement;
import java.util.Map;
import javax.management.ImmutableDescriptor;
import javax.management.openmbean.OpenType;

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
