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

    /** The name in OpenTelemetry's semantic conventions; empty if they have none. */
    String openTelemetry() default "";

    /** The value of the attribute {@code db.client.connection.state} in OpenTelemetry; empty if there is none. */
    String openTelemetryState() default "";

    /** The name in the registry behind JMX, without its prefix. */
    String registry() default "";
}
