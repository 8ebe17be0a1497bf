/**
 * The HTTP kernel of the API and the admin listener: ports, framing, routes, bodies, limits, JSON, errors, and the
 * checks of operators' requests. Uses only {@code security}. Start with {@link app.rodmena.auth.http.HttpPort}, then
 * {@link app.rodmena.auth.http.RequestHandler}.
 */
package app.rodmena.auth.http;
