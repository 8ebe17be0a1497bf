/** The root: configuration, composition, the process. Everything below is a room with one concern. */
package app.rodmena.auth;
