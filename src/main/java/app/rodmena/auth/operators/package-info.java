/**
 * Authentication, roles and audit of operators, for the admin listener, Jolokia and remote JMX. Uses no other package
 * of the server. Start reading at {@link Operators}.
 */
package app.rodmena.auth.operators;
