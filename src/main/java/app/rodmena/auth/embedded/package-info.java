/**
 * The embedded PostgreSQL, used if no database is configured. Uses {@code postgres} for the login it returns.
 *
 * <p>The binaries are zonky's, from Maven Central; PostgreSQL's own {@code initdb} and {@code pg_ctl} create, start and
 * stop it. Zonky's {@code EmbeddedPostgres} class is made for tests and unsuitable for data that is kept: it disables
 * fsync, trusts every local user as superuser, unpacks into a world-writable directory, and reuses a postmaster that a
 * killed process has left. This package needs one directory with a lock and a password file.
 *
 * <p>Start reading at {@link app.rodmena.auth.embedded.EmbeddedDatabase}. It uses {@code Archive} (unpacks the
 * binaries), {@code Binaries} (runs them), {@code DataDirectory} (locks the directory), {@code Logins} (password file),
 * {@code Cluster} (initdb), {@code Postmaster} (start, stop, takeover), {@code Guard} (stops PostgreSQL if this process
 * is killed), {@code Complaint} (error messages).
 */
package app.rodmena.auth.embedded;
