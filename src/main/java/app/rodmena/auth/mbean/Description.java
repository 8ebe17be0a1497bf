package app.rodmena.auth.mbean;

import java.lang.reflect.AnnotatedElement;

/** What {@link Describe} says of something; the unit is empty where there is nothing to measure. */
record Description(String words, String unit) {
    /** @throws IllegalArgumentException if nobody described it */
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

    /** For people, with the unit: {@code Longest wait for a connection [milliseconds]}. */
    String text() {
        return unit.isEmpty() ? words : words + " [" + unit + "]";
    }
}
