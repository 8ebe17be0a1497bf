package app.rodmena.auth.jmx.mapping;

import static java.lang.annotation.ElementType.METHOD;
import static java.lang.annotation.ElementType.PARAMETER;
import static java.lang.annotation.ElementType.RECORD_COMPONENT;
import static java.lang.annotation.ElementType.TYPE;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The description of a bean, attribute, operation, parameter or column that JMX clients see. A public method with this
 * annotation becomes an attribute or operation of its bean; see {@link DescribedMBean}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({TYPE, METHOD, PARAMETER, RECORD_COMPONENT})
public @interface Description {
    String value();

    /** The unit; every number needs one, text has none. */
    String unit() default "";

    /** Whether the operation changes something; an operation without a result always does. */
    boolean acts() default false;
}
