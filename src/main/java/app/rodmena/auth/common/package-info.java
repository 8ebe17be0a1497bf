/** Conventions that all packages share. Uses no other package; every package may use it. */
package app.rodmena.auth.common;
