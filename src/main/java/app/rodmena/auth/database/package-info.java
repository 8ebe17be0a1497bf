/**
 * The only access to the database: one engine per process with its pool, its migrations, its batch queries and its
 * monitor connection. Uses {@code pool} and {@code postgres}; JDBI is used here and in {@code rbac} only. Start with
 * {@link app.rodmena.auth.database.DatabaseEngine}, then {@link app.rodmena.auth.database.Monitor} and
 * {@link app.rodmena.auth.database.BatchQuery}.
 */
package app.rodmena.auth.database;
