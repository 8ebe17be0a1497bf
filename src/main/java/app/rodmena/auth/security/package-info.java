/**
 * Operators, passwords, login limits, TLS, origin checks and the audit log, for the admin listener, Jolokia and remote
 * JMX. Uses no other package of the server. Start with {@link app.rodmena.auth.security.Operators}.
 */
package app.rodmena.auth.security;
