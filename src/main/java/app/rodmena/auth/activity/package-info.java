/**
 * Queries PostgreSQL for the activity of its backends, their lock waits and its connection limits. Start reading at
 * {@link Activity} and {@link PostgresView}.
 */
package app.rodmena.auth.activity;
