/**
 * Read-only rows of the pool's state with a name, unit and description for each column, shown alike over JMX and HTTP.
 * Rows are created from the records of pool, metrics and capacity; they contain no logic beyond formatting. Start with
 * {@link app.rodmena.auth.views.PoolRow}.
 */
package app.rodmena.auth.views;
