/**
 * The settings: every flag and environment variable with its default, description and validation, up to the
 * {@link app.rodmena.auth.ServerConfig}. Only this package reads the environment. May use the root package and the
 * configuration of every package. Start reading at {@link Setting}.
 */
package app.rodmena.auth.settings;
