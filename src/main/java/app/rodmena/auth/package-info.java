/**
 * The entry point: reads the configuration, composes the server from the other packages and runs the process. May use
 * all packages; none uses it. Start reading at {@link AuthServer} and {@link Main}.
 */
package app.rodmena.auth;
