package app.rodmena.auth.http;

import io.undertow.server.HttpServerExchange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** The parameters of a request's query; an invalid one causes a 400 that names it. Immutable. */
public record QueryParameters(Map<String, String> values) {
    public QueryParameters {
        values = Map.copyOf(values);
    }

    /** Parses the query of a request; a parameter that is unknown or occurs twice causes a 400. */
    public static QueryParameters of(HttpServerExchange exchange, Set<String> known) {
        String query = exchange.getQueryString();
        if (query.isEmpty()) {
            return new QueryParameters(Map.of());
        }
        Map<String, String> values = new LinkedHashMap<>();
        List<String> unknown = new ArrayList<>();
        for (String pair : query.split("&", -1)) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
            if (!known.contains(name)) {
                unknown.add(name);
            } else if (values.put(name, equals < 0 ? "" : decoded(pair.substring(equals + 1))) != null) {
                throw HttpError.badRequest(name + ": given more than once");
            }
        }
        if (!unknown.isEmpty()) {
            throw JsonFields.unknown("parameter", unknown, known);
        }
        return new QueryParameters(values);
    }

    public boolean isEmpty() {
        return values.isEmpty();
    }

    /** The value of a parameter; empty if it is missing. */
    public Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /** The value of a number; empty if it is missing. Any but a whole number in the range causes a 400. */
    public OptionalInt number(String name, int min, int max) {
        String text = values.get(name);
        if (text == null) {
            return OptionalInt.empty();
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= min && number <= max) {
                return OptionalInt.of(number);
            }
        } catch (NumberFormatException e) {
            // Refused below, like a number out of range
        }
        // Not as long as a client key, which must not appear in an error.
        String shown = text.length() > JsonFields.MAX_SHOWN_NAME_LENGTH ? "a long text" : "'" + text + "'";
        throw HttpError.badRequest("%s: %s; must be %s to %s".formatted(name, shown, min, max));
    }

    private static String decoded(String text) {
        return RequestPath.decoded("the query", text.replace('+', ' '));
    }
}
