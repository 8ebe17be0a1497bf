package app.rodmena.auth.schema;

import static java.lang.annotation.ElementType.METHOD;
import static java.lang.annotation.ElementType.RECORD_COMPONENT;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The names of a described number in metrics, where they differ from the field's name in snake case. */
@Retention(RetentionPolicy.RUNTIME)
@Target({METHOD, RECORD_COMPONENT})
public @interface MetricName {
    /** The whole names in Prometheus. */
    String[] prometheus() default {};

    /** The name in the registry behind JMX, without its prefix. */
    String registry() default "";
}
