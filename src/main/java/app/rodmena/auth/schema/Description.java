package app.rodmena.auth.schema;

import static java.lang.annotation.ElementType.METHOD;
import static java.lang.annotation.ElementType.PARAMETER;
import static java.lang.annotation.ElementType.RECORD_COMPONENT;
import static java.lang.annotation.ElementType.TYPE;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The description that clients see: of a bean, an attribute, an operation or a parameter, and of a field of a record
 * ({@link RecordSchema}).
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({TYPE, METHOD, PARAMETER, RECORD_COMPONENT})
public @interface Description {
    String value();

    /** The unit; every number needs one, text has none, and that of a duration is milliseconds. */
    String unit() default "";

    /** Whether the operation changes something, although it returns a result; without a result this is implied. */
    boolean hasSideEffects() default false;

    /** The field's name if it differs from the component's; a duration's name gets the suffix {@code Millis}. */
    String name() default "";

    /** Whether the field identifies a row of a table. */
    boolean key() default false;

    /** Whether a duration is shown in whole milliseconds instead of microseconds. */
    boolean wholeMillis() default false;

    /** Whether a list of texts is shown as one text, with a line for each. */
    boolean joinLines() default false;

    /** The number that is shown for an absent value. */
    int absent() default 0;
}
