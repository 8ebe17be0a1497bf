package app.rodmena.auth.admin;

import app.rodmena.auth.http.Response;
import java.util.function.Function;

/**
 * Handles the requests of a route.
 *
 * @param changes whether it changes something: takes a JSON body, and requires the role control
 * @param mayBlock whether it may block for seconds; all others respond immediately
 * @param open whether it needs no login
 * @param action must be thread-safe; throws an {@link app.rodmena.auth.http.HttpError}, or an exception of another
 *     package for an invalid or refused request (see {@link AdminHandler})
 */
record AdminEndpoint(boolean changes, boolean mayBlock, boolean open, Function<AdminRequest, Response> action) {}
