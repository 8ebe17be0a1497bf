package app.rodmena.auth.schema;

import static java.lang.annotation.ElementType.METHOD;
import static java.lang.annotation.ElementType.RECORD_COMPONENT;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a bean's getter of a record: each field becomes an attribute, too. Marks a record component that is a record,
 * or an Optional of one: its fields become fields of the outer record.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({METHOD, RECORD_COMPONENT})
public @interface Flatten {
    /** The text for {@code %s} in the names of a component's fields. */
    String value() default "";
}
