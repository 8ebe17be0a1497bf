/**
 * The PostgreSQL that the server starts if no database is configured. Uses {@code postgres} for the login it returns.
 *
 * <p>The binaries are zonky's, from Maven Central; PostgreSQL's own {@code initdb} and {@code pg_ctl} create, start and
 * stop it. Zonky's {@code EmbeddedPostgres} class is made for tests and unsuitable for data that is kept: it disables
 * fsync, trusts every local user as superuser, unpacks into a world-writable directory, and reuses a postmaster that a
 * killed process has left.
 *
 * <p>Start with {@link app.rodmena.auth.postgres.embedded.EmbeddedDatabase}, which uses the other classes in this
 * order: {@link app.rodmena.auth.postgres.embedded.PostgresBinaries.BinaryArchive},
 * {@link app.rodmena.auth.postgres.embedded.DataDirectory},
 * {@link app.rodmena.auth.postgres.embedded.ClusterDirectory}, {@link app.rodmena.auth.postgres.embedded.Postmaster}.
 */
package app.rodmena.auth.postgres.embedded;
