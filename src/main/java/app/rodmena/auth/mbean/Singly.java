package app.rodmena.auth.mbean;

import static java.lang.annotation.ElementType.METHOD;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** On a getter of a record: each of its components is an attribute of its own as well. */
@Retention(RetentionPolicy.RUNTIME)
@Target(METHOD)
public @interface Singly {}
