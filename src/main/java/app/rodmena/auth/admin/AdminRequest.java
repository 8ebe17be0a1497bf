package app.rodmena.auth.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.http.ContentNegotiation;
import app.rodmena.auth.http.HttpError;
import app.rodmena.auth.http.JsonFields;
import app.rodmena.auth.http.Request;
import app.rodmena.auth.security.OperatorSession;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.net.URLDecoder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An authorized request. */
final class AdminRequest {
    private final Request<AdminEndpoint> head;
    private final OperatorSession session;
    private final byte[] body;

    /** @param body empty if there is none */
    AdminRequest(Request<AdminEndpoint> head, OperatorSession session, byte[] body) {
        this.head = head;
        this.session = session;
        this.body = body;
    }

    OperatorSession session() {
        return session;
    }

    /** The parameter of the path. */
    String name() {
        return head.parameters().get(0);
    }

    String header(HttpString name) {
        return head.header(name);
    }

    /** The content type with the highest weight in the Accept header; the first one if the header names none. */
    String preferredOf(String... types) {
        return ContentNegotiation.preferred(header(Headers.ACCEPT), List.of(types));
    }

    /** The fields of the JSON object in the body; see {@link JsonFields#of}. */
    JsonFields fields(Set<String> known) {
        return JsonFields.of(body, known);
    }

    /**
     * The parameters of the query.
     *
     * @throws HttpError if one is not among {@code known}, or occurs twice
     */
    Map<String, String> parameters(Set<String> known) {
        String query = head.exchange().getQueryString();
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String pair : query.isEmpty() ? new String[0] : query.split("&")) {
            int equals = pair.indexOf('=');
            String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
            if (!known.contains(name)) {
                throw HttpError.badRequest("unknown parameter '%s'; allowed: %s"
                        .formatted(
                                name, String.join(", ", known.stream().sorted().toList())));
            }
            if (parameters.put(name, equals < 0 ? "" : decoded(pair.substring(equals + 1))) != null) {
                throw HttpError.badRequest(name + ": given more than once");
            }
        }
        return parameters;
    }

    /**
     * A parameter as a number, or {@code fallback} if it is missing or empty.
     *
     * @throws HttpError if it is not a whole number in the range
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
        throw HttpError.badRequest("%s: '%s'; must be %s to %s".formatted(name, text, min, max));
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, UTF_8);
        } catch (IllegalArgumentException e) {
            throw HttpError.badRequest("the query is not percent-encoded UTF-8");
        }
    }
}
