package app.rodmena.auth.jmx.mapping;

import static java.lang.annotation.ElementType.METHOD;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks a getter of a record: each component becomes an attribute, too. */
@Retention(RetentionPolicy.RUNTIME)
@Target(METHOD)
public @interface Flatten {}
