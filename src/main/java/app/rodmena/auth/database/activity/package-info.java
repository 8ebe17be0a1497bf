/**
 * What PostgreSQL reports about its backends, their lock waits and its connection limits, queried on the monitor
 * connection. Start with {@link app.rodmena.auth.database.activity.ActivityQuery} and
 * {@link app.rodmena.auth.database.activity.PostgresSnapshot}.
 */
package app.rodmena.auth.database.activity;
