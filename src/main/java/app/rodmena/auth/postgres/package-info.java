/**
 * Opens connections to PostgreSQL: the URL, the login and the sockets. The only package that uses pgjdbc; it uses no
 * other package of the server. Start reading at {@link Connector} and {@link DatabaseUrl}.
 */
package app.rodmena.auth.postgres;
