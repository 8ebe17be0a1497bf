/**
 * Faults injected under load, and the invariants that hold whatever breaks.
 *
 * <p>A {@link app.rodmena.auth.faults.Probe} asks a real server all the time as clients of three tenants, whose answers
 * are known beforehand, and samples what the server and PostgreSQL show. A scenario injects a fault, ends it, and has
 * every {@link app.rodmena.auth.faults.Invariant} checked over what was recorded meanwhile.
 */
package app.rodmena.auth.faults;
