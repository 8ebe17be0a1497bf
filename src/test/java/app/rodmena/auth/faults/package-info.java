/**
 * Injects faults under load, and checks the invariants that hold during every fault.
 *
 * <p>A {@link app.rodmena.auth.faults.Probe} sends requests with known responses to a real server, as clients of three
 * tenants, and samples the server and PostgreSQL. A scenario injects a fault, ends it, and checks every
 * {@link app.rodmena.auth.faults.Invariant} on the recording.
 */
package app.rodmena.auth.faults;
