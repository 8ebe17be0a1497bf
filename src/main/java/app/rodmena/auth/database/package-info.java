/**
 * The only access to the database: one engine per process with its pool, its migrations and its monitor. Uses the
 * packages pool, postgres and events. Start with {@link app.rodmena.auth.database.DatabaseEngine}.
 */
package app.rodmena.auth.database;
