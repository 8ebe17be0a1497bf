/** All of it over HTTP: routes, the gate in front of them, JSON. */
package app.rodmena.auth.http;
