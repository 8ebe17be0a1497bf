/**
 * The HTTP kernel of the API and the admin listener: ports, framing, paths, bodies, limits, JSON. Uses no other package
 * of the server. Start with {@link app.rodmena.auth.http.HttpPort}.
 */
package app.rodmena.auth.http;
