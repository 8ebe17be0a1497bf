package app.rodmena.auth.admin;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The endpoints by path, with the role each needs. Thread-safe once built, if not changed afterwards. */
final class AdminRoutes {
    private final Map<String, Place> exact = new LinkedHashMap<>();
    private final Map<String, Place> prefixes = new LinkedHashMap<>();

    /** The clients that may use an endpoint. */
    enum For {
        /** All clients, without login. */
        EVERYBODY,
        /** Operators with any role. */
        READERS,
        /** Operators with the role control. */
        CONTROL
    }

    /**
     * The endpoint of a path, for GET and HEAD or for POST.
     *
     * @param changes whether it takes POST
     * @param waits whether it may block for seconds; all others respond immediately
     */
    record Place(String path, boolean changes, boolean waits, For whom, AdminEndpoint page) {
        String allow() {
            return changes ? "POST, OPTIONS" : "GET, HEAD, OPTIONS";
        }

        boolean takes(String method) {
            return changes ? method.equals("POST") : method.equals("GET") || method.equals("HEAD");
        }
    }

    /** A place, and the part of the request's path after the place's path. */
    record Match(Place place, String rest) {}

    AdminRoutes open(String path, AdminEndpoint page) {
        return add(exact, new Place(path, false, false, For.EVERYBODY, page));
    }

    AdminRoutes read(String path, AdminEndpoint page) {
        return add(exact, new Place(path, false, false, For.READERS, page));
    }

    /** Adds an endpoint that may wait for PostgreSQL. */
    AdminRoutes readPatiently(String path, AdminEndpoint page) {
        return add(exact, new Place(path, false, true, For.READERS, page));
    }

    /** Adds an endpoint for all longer paths that start with this one, which ends with a slash. */
    AdminRoutes readBelow(String path, AdminEndpoint page) {
        return add(prefixes, new Place(path, false, false, For.READERS, page));
    }

    AdminRoutes change(String path, AdminEndpoint page) {
        return add(exact, new Place(path, true, true, For.CONTROL, page));
    }

    Optional<Match> find(String path) {
        Place place = exact.get(path);
        if (place != null) {
            return Optional.of(new Match(place, ""));
        }
        return prefixes.values().stream()
                .filter(below -> path.startsWith(below.path())
                        && path.length() > below.path().length())
                .findFirst()
                .map(below -> new Match(below, path.substring(below.path().length())));
    }

    private AdminRoutes add(Map<String, Place> places, Place place) {
        if (places.putIfAbsent(place.path(), place) != null) {
            throw new IllegalStateException(place.path() + " is taken");
        }
        return this;
    }
}
