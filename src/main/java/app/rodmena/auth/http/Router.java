package app.rodmena.auth.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds the routes of a path, segment by segment. What follows a segment is either literals or one parameter, never
 * both, so the search does not backtrack. Thread-safe once built, if not changed afterwards.
 *
 * <p>Undertow's PathTemplateMatcher matches an empty parameter and a path with an additional slash at its end, and cuts
 * a parameter at a question mark that was percent-encoded.
 */
public final class Router<E> {
    private static final List<String> ALLOW_ORDER = List.of("GET", "HEAD", "POST", "PUT", "DELETE");

    private final Node<E> root = new Node<>();
    private final Set<String> methods = new LinkedHashSet<>();
    private final List<String> names = new ArrayList<>();

    /**
     * One method of one path.
     *
     * @param name the method and the path template, never the path of a request: {@code GET /api/roles}, also for HEAD
     * @param endpoint handles the requests; its type is the listener's own
     */
    public record Route<E>(String name, E endpoint) {}

    private static final class Node<E> {
        final Map<String, Node<E>> literals = new LinkedHashMap<>();
        Node<E> parameter;
        /** Whether the parameter is the whole rest of the path, with slashes; it may be empty. */
        boolean takesRest;

        Resource<E> resource;
    }

    /** The routes of a path by method; a GET route also handles HEAD. */
    static final class Resource<E> {
        private final Map<String, Route<E>> routes = new HashMap<>();

        /** The methods that the path takes, in the format of the Allow header. */
        private String allow = "";

        Route<E> route(String method) {
            return routes.get(method);
        }

        String allow() {
            return allow;
        }
    }

    /**
     * Adds a route.
     *
     * @param template the path, with parameters as <code>{name}</code>, which match one segment that is not empty;
     *     <code>{name...}</code> at the end matches the rest of the path
     */
    public Router<E> add(String method, String template, E endpoint) {
        Node<E> node = root;
        for (String segment : template.substring(1).split("/", -1)) {
            boolean isParameter = segment.startsWith("{");
            if (isParameter ? !node.literals.isEmpty() : node.parameter != null) {
                throw new IllegalArgumentException(template + ": a parameter and literals follow the same segment");
            }
            if (isParameter) {
                node.takesRest = segment.endsWith("...}");
                node.parameter = node.parameter == null ? new Node<>() : node.parameter;
                node = node.parameter;
            } else {
                node = node.literals.computeIfAbsent(segment, literal -> new Node<>());
            }
        }
        node.resource = node.resource == null ? new Resource<>() : node.resource;
        Resource<E> resource = node.resource;
        Route<E> route = new Route<>(method + " " + template, endpoint);
        if (resource.routes.putIfAbsent(method, route) != null) {
            throw new IllegalArgumentException(route.name() + " is taken");
        }
        if (method.equals("GET")) {
            resource.routes.put("HEAD", route);
        }
        names.add(route.name());
        methods.addAll(resource.routes.keySet());
        resource.allow = allow(resource.routes.keySet());
        return this;
    }

    public List<String> names() {
        return List.copyOf(names);
    }

    /** The methods of all paths, in the format of the Allow header. */
    String allow() {
        return allow(methods);
    }

    /**
     * The resource at a decoded path, or null if there is none.
     *
     * @param parameters receives the values of the path's parameters
     */
    Resource<E> find(String path, List<String> parameters) {
        if (!path.startsWith("/")) {
            return null;
        }
        Node<E> node = root;
        for (int start = 1; start <= path.length(); ) {
            int slash = path.indexOf('/', start);
            int end = slash < 0 || node.takesRest ? path.length() : slash;
            String segment = path.substring(start, end);
            if (node.parameter == null) {
                node = node.literals.get(segment);
            } else {
                parameters.add(segment);
                node = segment.isEmpty() && !node.takesRest ? null : node.parameter;
            }
            if (node == null) {
                return null;
            }
            start = end + 1;
        }
        return node.resource;
    }

    private static String allow(Set<String> methods) {
        return Stream.concat(ALLOW_ORDER.stream().filter(methods::contains), Stream.of("OPTIONS"))
                .collect(Collectors.joining(", "));
    }
}
