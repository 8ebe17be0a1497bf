/**
 * Opens sessions of PostgreSQL: the URL, the login, the sockets, and the check for a primary. The only package that
 * uses pgjdbc; it uses no other package of the server. Start with {@link app.rodmena.auth.postgres.Connector} and
 * {@link app.rodmena.auth.postgres.DatabaseUrl}.
 */
package app.rodmena.auth.postgres;
