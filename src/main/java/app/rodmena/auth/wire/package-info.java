/** HTTP and JSON as such, for the API and the admin listener alike. */
package app.rodmena.auth.wire;
