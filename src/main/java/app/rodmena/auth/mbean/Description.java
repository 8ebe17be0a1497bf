package app.rodmena.auth.mbean;

import java.lang.reflect.AnnotatedElement;

/** The text and unit of a {@link Describe}; the unit is empty for text. */
record Description(String words, String unit) {
    /** @throws IllegalArgumentException if the element has no description */
    static Description of(AnnotatedElement element) {
        Describe describe = element.getAnnotation(Describe.class);
        if (describe == null) {
            throw new IllegalArgumentException(element + " has no description");
        }
        return new Description(describe.value(), describe.unit());
    }

    /** The description of an attribute that has this setter. */
    Description whenWritten(Description setter) {
        return new Description(words + ". When written: " + setter.words, unit);
    }

    /** Text with the unit: {@code Longest wait for a connection [milliseconds]}. */
    String text() {
        return unit.isEmpty() ? words : words + " [" + unit + "]";
    }
}
