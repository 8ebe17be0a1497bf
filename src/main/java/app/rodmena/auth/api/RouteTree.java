package app.rodmena.auth.api;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds the resource of a path, segment by segment. The children of a node are either literals or one parameter, never
 * both, so the search does not backtrack. Thread-safe once built, if not changed afterwards.
 */
final class RouteTree {
    private static final List<String> ALLOW_ORDER = List.of(Route.GET, Route.HEAD, Route.POST, Route.DELETE);
    static final String ALL_METHODS = allow(ALLOW_ORDER.stream());

    private final Node root = new Node();

    /** The routes of a path by method; a GET route also handles HEAD. */
    static final class Resource {
        private final Map<String, Route> routes = new HashMap<>();
        private String allow = "";

        private void add(String method, Route route) {
            if (routes.putIfAbsent(method, route) != null) {
                throw new IllegalStateException(method + " is taken");
            }
            if (method.equals(Route.GET)) {
                routes.put(Route.HEAD, route);
            }
            allow = RouteTree.allow(ALLOW_ORDER.stream().filter(routes::containsKey));
        }

        /** The route, or null if the path does not take the method. */
        Route route(String method) {
            return routes.get(method);
        }

        /** The methods that the path takes, in the format of the Allow header. */
        String allow() {
            return allow;
        }
    }

    /** A resource and the path's parameters; null if its template has fewer. */
    record Match(Resource resource, String first, String second) {}

    private static final class Node {
        final Map<String, Node> literals = new LinkedHashMap<>();
        Node parameter;
        Resource resource;
    }

    RouteTree add(String method, String template, Route route) {
        Node node = root;
        int parameters = 0;
        for (String segment : template.substring(1).split("/", -1)) {
            if (segment.startsWith("{")) {
                parameters++;
                node.parameter = node.parameter == null ? new Node() : node.parameter;
                node = node.parameter;
            } else {
                node = node.literals.computeIfAbsent(segment, literal -> new Node());
            }
        }
        if (parameters > 2) {
            throw new IllegalArgumentException(template + ": at most two parameters in a path");
        }
        node.resource = node.resource == null ? new Resource() : node.resource;
        node.resource.add(method, route);
        requireUnambiguous(root, "");
        return this;
    }

    /** The resource at a decoded path, or null if there is none. An empty segment never matches a parameter. */
    Match find(String path) {
        if (!path.startsWith("/")) {
            return null;
        }
        Node node = root;
        String first = null;
        String second = null;
        for (int start = 1; start <= path.length(); ) {
            int slash = path.indexOf('/', start);
            int end = slash < 0 ? path.length() : slash;
            String segment = path.substring(start, end);
            if (node.parameter == null) {
                node = node.literals.get(segment);
            } else {
                second = first == null ? null : segment;
                first = first == null ? segment : first;
                node = segment.isEmpty() ? null : node.parameter;
            }
            if (node == null) {
                return null;
            }
            start = end + 1;
        }
        return node.resource == null ? null : new Match(node.resource, first, second);
    }

    private static void requireUnambiguous(Node node, String path) {
        if (node.parameter != null && !node.literals.isEmpty()) {
            throw new IllegalArgumentException(path + " is followed by a parameter and by literals");
        }
        node.literals.forEach((literal, next) -> requireUnambiguous(next, path + "/" + literal));
        if (node.parameter != null) {
            requireUnambiguous(node.parameter, path + "/{}");
        }
    }

    private static String allow(Stream<String> methods) {
        return Stream.concat(methods, Stream.of(Route.OPTIONS)).collect(Collectors.joining(", "));
    }
}
