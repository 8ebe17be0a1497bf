/**
 * The embedding API: {@link app.rodmena.auth.AuthServer} starts a server within another application, and
 * {@link app.rodmena.auth.ServerConfig} configures it. AuthServer is also the composition root: it creates every part
 * in order and closes them in reverse order. No other package uses this one, except the command line.
 *
 * <p>Start with {@link app.rodmena.auth.AuthServer}, then follow a request through {@code http}, {@code api},
 * {@code rbac}, {@code database} and {@code pool}.
 */
package app.rodmena.auth;
