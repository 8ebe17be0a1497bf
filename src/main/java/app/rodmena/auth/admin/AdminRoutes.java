package app.rodmena.auth.admin;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What there is at which path, and for whom. Immutable once built; thread-safe from then on. */
final class AdminRoutes {
    private final Map<String, Place> exact = new LinkedHashMap<>();
    private final Map<String, Place> prefixes = new LinkedHashMap<>();

    /** Who gets a page. */
    enum For {
        /** Whoever asks, as on the API. */
        EVERYBODY,
        /** Operators of either role. */
        READERS,
        /** Operators who may change something. */
        CONTROL
    }

    /**
     * What is at a path: one page, read by GET and HEAD or used by POST.
     *
     * @param changes whether it is one for POST
     * @param waits whether it may take seconds; all others answer at once
     */
    record Place(String path, boolean changes, boolean waits, For whom, AdminEndpoint page) {
        String allow() {
            return changes ? "POST, OPTIONS" : "GET, HEAD, OPTIONS";
        }

        boolean takes(String method) {
            return changes ? method.equals("POST") : method.equals("GET") || method.equals("HEAD");
        }
    }

    /** A place, and what follows its path. */
    record Match(Place place, String rest) {}

    AdminRoutes open(String path, AdminEndpoint page) {
        return add(exact, new Place(path, false, false, For.EVERYBODY, page));
    }

    AdminRoutes read(String path, AdminEndpoint page) {
        return add(exact, new Place(path, false, false, For.READERS, page));
    }

    /** A page that may have to wait for PostgreSQL. */
    AdminRoutes readPatiently(String path, AdminEndpoint page) {
        return add(exact, new Place(path, false, true, For.READERS, page));
    }

    /** A page for all paths that begin so and go on; it ends with a slash. */
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
