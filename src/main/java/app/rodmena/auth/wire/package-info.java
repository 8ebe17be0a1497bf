/**
 * HTTP and JSON, shared by the API and the admin listener: listeners, validation, bodies and limits. Uses no other
 * package of the server. Start reading at {@link HttpPort}.
 */
package app.rodmena.auth.wire;
