package app.rodmena.auth.admin;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The endpoints by path, with the role each needs. Thread-safe once built, if not changed afterwards. */
final class AdminRoutes {
    private final Map<String, AdminRoute> exact = new LinkedHashMap<>();
    private final Map<String, AdminRoute> prefixes = new LinkedHashMap<>();

    /** The role that an endpoint requires. */
    enum RequiredRole {
        /** All clients, without login. */
        NONE,
        /** Operators with any role. */
        ANY,
        /** Operators with the role control. */
        CONTROL
    }

    /**
     * The endpoint of a path, for GET and HEAD or for POST.
     *
     * @param changes whether it takes POST
     * @param mayBlock whether it may block for seconds; all others respond immediately
     */
    record AdminRoute(
            String path, boolean changes, boolean mayBlock, RequiredRole requiredRole, AdminEndpoint endpoint) {
        String allow() {
            return changes ? "POST, OPTIONS" : "GET, HEAD, OPTIONS";
        }

        boolean accepts(String method) {
            return changes ? method.equals("POST") : method.equals("GET") || method.equals("HEAD");
        }
    }

    /** A route, and the part of the request's path after the route's path. */
    record Match(AdminRoute route, String rest) {}

    AdminRoutes open(String path, AdminEndpoint endpoint) {
        return add(exact, new AdminRoute(path, false, false, RequiredRole.NONE, endpoint));
    }

    AdminRoutes read(String path, AdminEndpoint endpoint) {
        return add(exact, new AdminRoute(path, false, false, RequiredRole.ANY, endpoint));
    }

    /** Adds an endpoint that may wait for PostgreSQL. */
    AdminRoutes readBlocking(String path, AdminEndpoint endpoint) {
        return add(exact, new AdminRoute(path, false, true, RequiredRole.ANY, endpoint));
    }

    /** Adds an endpoint for all longer paths that start with this one, which ends with a slash. */
    AdminRoutes readPrefix(String path, AdminEndpoint endpoint) {
        return add(prefixes, new AdminRoute(path, false, false, RequiredRole.ANY, endpoint));
    }

    AdminRoutes change(String path, AdminEndpoint endpoint) {
        return add(exact, new AdminRoute(path, true, true, RequiredRole.CONTROL, endpoint));
    }

    Optional<Match> find(String path) {
        AdminRoute route = exact.get(path);
        if (route != null) {
            return Optional.of(new Match(route, ""));
        }
        return prefixes.values().stream()
                .filter(prefix -> path.startsWith(prefix.path())
                        && path.length() > prefix.path().length())
                .findFirst()
                .map(prefix -> new Match(prefix, path.substring(prefix.path().length())));
    }

    private AdminRoutes add(Map<String, AdminRoute> routes, AdminRoute route) {
        if (routes.putIfAbsent(route.path(), route) != null) {
            throw new IllegalStateException(route.path() + " is taken");
        }
        return this;
    }
}
