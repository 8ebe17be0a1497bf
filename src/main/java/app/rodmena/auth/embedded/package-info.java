/** A PostgreSQL of our own, for whoever has not named one. */
package app.rodmena.auth.embedded;
