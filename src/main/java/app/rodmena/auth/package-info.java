/**
 * The API to embed the server: composes it from the other packages. May use all packages but cli and settings. Start
 * reading at {@link AuthServer}.
 */
package app.rodmena.auth;
