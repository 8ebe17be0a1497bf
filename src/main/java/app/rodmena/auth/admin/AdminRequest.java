package app.rodmena.auth.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.operators.OperatorSession;
import java.net.URLDecoder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * One request that may be answered. Immutable.
 *
 * @param caller who asks
 * @param rest what follows the page's own path, as the id of an incident; empty where nothing may
 * @param query what is behind the question mark, as it came
 * @param accept the header of that name; empty where there is none
 * @param ifNoneMatch the header of that name; empty where there is none
 * @param body what was sent; empty but for POST
 */
record AdminRequest(OperatorSession caller, String rest, String query, String accept, String ifNoneMatch, String body) {
    /**
     * The parameters of the query.
     *
     * @throws BadRequestException for one that is not among {@code known}, or comes twice
     */
    Map<String, String> parameters(Set<String> known) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String pair : query.isEmpty() ? new String[0] : query.split("&")) {
            int equals = pair.indexOf('=');
            String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
            if (!known.contains(name)) {
                throw new BadRequestException("there is no parameter '%s'; there are %s"
                        .formatted(
                                name, String.join(", ", known.stream().sorted().toList())));
            }
            if (parameters.put(name, equals < 0 ? "" : decoded(pair.substring(equals + 1))) != null) {
                throw new BadRequestException(name + ": given twice");
            }
        }
        return parameters;
    }

    /** @throws BadRequestException unless it is a whole number in that range, or not there */
    static int number(Map<String, String> parameters, String name, int fallback, int least, int most) {
        String text = parameters.getOrDefault(name, "");
        try {
            int number = text.isEmpty() ? fallback : Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Refused below, as one that is out of range is
        }
        throw new BadRequestException("%s: '%s'; must be %s to %s".formatted(name, text, least, most));
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, UTF_8);
        } catch (IllegalArgumentException e) {
            throw new BadRequestException("the query is not percent-encoded UTF-8", e);
        }
    }
}
