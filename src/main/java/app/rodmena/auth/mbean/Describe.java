package app.rodmena.auth.mbean;

import static java.lang.annotation.ElementType.METHOD;
import static java.lang.annotation.ElementType.PARAMETER;
import static java.lang.annotation.ElementType.RECORD_COMPONENT;
import static java.lang.annotation.ElementType.TYPE;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a client is told of a bean, an attribute, an operation, a parameter or a column, written on the very method or
 * component it is about. A public method that has it is a part of its bean; see {@link DescribedMBean}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({TYPE, METHOD, PARAMETER, RECORD_COMPONENT})
public @interface Describe {
    String value();

    /** What a number counts or measures; every number needs one, text has none. */
    String unit() default "";

    /** Whether an operation changes something; one that returns nothing always does. */
    boolean acts() default false;
}
