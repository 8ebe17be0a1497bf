/**
 * A PostgreSQL of our own, for whoever has not named one.
 *
 * <p>The binaries are zonky's, from Maven Central; starting and stopping them is left to PostgreSQL's own
 * {@code initdb} and {@code pg_ctl}. Zonky's {@code EmbeddedPostgres} class is made for tests, and what it does for
 * their sake is wrong for data that is to be kept: it starts with fsync off, trusts every local user as superuser,
 * unpacks into a directory that everybody may write to, and connects to whatever postmaster a killed process has left
 * behind. What is ours instead is small: one directory, one lock on it, one password file.
 *
 * <p>{@link app.rodmena.auth.embedded.EmbeddedDatabase} is the door. Behind it: {@code Archive} (the binaries,
 * unpacked), {@code Binaries} (running them), {@code DataDirectory} (whose it is), {@code Logins} (the password file),
 * {@code Cluster} (initdb), {@code Postmaster} (start, stop, take over), {@code Guard} (nothing survives us),
 * {@code Complaint} (one line for the operator).
 */
package app.rodmena.auth.embedded;
