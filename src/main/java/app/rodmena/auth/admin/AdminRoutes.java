package app.rodmena.auth.admin;

import app.rodmena.auth.http.Response;
import app.rodmena.auth.http.Router;
import java.util.function.Function;

/** The endpoints by path, with the role each needs. Thread-safe once built, if not changed afterwards. */
final class AdminRoutes {
    final Router<AdminEndpoint> router = new Router<>();

    /** Adds an endpoint for all clients, without login. */
    void open(String path, Function<AdminRequest, Response> action) {
        router.add("GET", path, new AdminEndpoint(false, false, true, action));
    }

    /** Adds an endpoint for operators with any role. */
    void read(String path, Function<AdminRequest, Response> action) {
        router.add("GET", path, new AdminEndpoint(false, false, false, action));
    }

    /** Adds an endpoint for operators with any role that may wait for PostgreSQL. */
    void readBlocking(String path, Function<AdminRequest, Response> action) {
        router.add("GET", path, new AdminEndpoint(false, true, false, action));
    }

    /** Adds an endpoint for operators with the role control, for POST. */
    void change(String path, Function<AdminRequest, Response> action) {
        router.add("POST", path, new AdminEndpoint(true, true, false, action));
    }

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
}
