/**
 * The HTTP API for services: routes, endpoints, request and response bodies, and the check of client keys. Uses
 * {@code http} for everything that is not specific to this API, and {@code rbac} for the answers. Start with
 * {@link app.rodmena.auth.api.ApiListener}, then {@link app.rodmena.auth.api.ApiHandler} and
 * {@link app.rodmena.auth.api.Routes}.
 */
package app.rodmena.auth.api;
