package app.rodmena.auth.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.security.OperatorSession;
import java.net.URLDecoder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * An authorized request. Immutable.
 *
 * @param session the operator's session
 * @param rest the part of the path after the endpoint's own path, for example the id of an incident; empty for an exact
 *     path
 * @param query the query string, not decoded
 * @param accept the Accept header; empty if there is none
 * @param ifNoneMatch the If-None-Match header; empty if there is none
 * @param body the body; empty if there is none
 */
record AdminRequest(
        OperatorSession session, String rest, String query, String accept, String ifNoneMatch, String body) {
    /**
     * The parameters of the query.
     *
     * @throws BadRequestException if one is not among {@code known}, or occurs twice
     */
    Map<String, String> parameters(Set<String> known) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String pair : query.isEmpty() ? new String[0] : query.split("&")) {
            int equals = pair.indexOf('=');
            String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
            if (!known.contains(name)) {
                throw new BadRequestException("unknown parameter '%s'; allowed: %s"
                        .formatted(
                                name, String.join(", ", known.stream().sorted().toList())));
            }
            if (parameters.put(name, equals < 0 ? "" : decoded(pair.substring(equals + 1))) != null) {
                throw new BadRequestException(name + ": given more than once");
            }
        }
        return parameters;
    }

    /**
     * A parameter as a number, or {@code fallback} if it is missing or empty.
     *
     * @throws BadRequestException if it is not a whole number in the range
     */
    static int number(Map<String, String> parameters, String name, int fallback, int min, int max) {
        String text = parameters.getOrDefault(name, "");
        try {
            int number = text.isEmpty() ? fallback : Integer.parseInt(text);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Refused below, like a number out of range
        }
        throw new BadRequestException("%s: '%s'; must be %s to %s".formatted(name, text, min, max));
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, UTF_8);
        } catch (IllegalArgumentException e) {
            throw new BadRequestException("the query is not percent-encoded UTF-8", e);
        }
    }
}
