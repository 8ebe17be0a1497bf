package app.rodmena.auth.http;

import app.rodmena.auth.common.RequestIdSyntax;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The header {@code X-Request-ID}: accepted from the client if it is valid and does not contain the client's
 * credentials, else generated, and set in every response. Thread-safe.
 */
final class RequestIdHeader {
    static final HttpString NAME = new HttpString("X-Request-ID");

    private static final int RADIX = 36;
    private static final int PREFIX_LENGTH = 8;

    /** Separates the ids of this process from those of other processes and of earlier starts. */
    private static final String PREFIX = randomPrefix();

    private static final AtomicLong GENERATED = new AtomicLong();

    private RequestIdHeader() {}

    /** The id of a request. An invalid id, or one of several, appears nowhere. */
    static String of(HeaderMap headers) {
        HeaderValues values = headers.get(NAME);
        return values != null && values.size() == 1 && isValid(values.getFirst(), headers)
                ? values.getFirst()
                : PREFIX.concat(Long.toString(GENERATED.incrementAndGet(), RADIX));
    }

    private static boolean isValid(String id, HeaderMap headers) {
        return RequestIdSyntax.isValid(id) && !containsCredentials(id, headers.getFirst(Headers.AUTHORIZATION));
    }

    /** Ids are logged, and credentials are not. */
    private static boolean containsCredentials(String id, String authorization) {
        if (authorization == null) {
            return false;
        }
        String credentials = authorization.strip();
        credentials = credentials.substring(credentials.lastIndexOf(' ') + 1);
        return !credentials.isEmpty() && id.toLowerCase(Locale.ROOT).contains(credentials.toLowerCase(Locale.ROOT));
    }

    /** The id of the request of this exchange. */
    static String of(HttpServerExchange exchange) {
        return exchange.getResponseHeaders().getFirst(NAME);
    }

    private static String randomPrefix() {
        StringBuilder prefix = new StringBuilder(PREFIX_LENGTH + 1);
        ThreadLocalRandom.current()
                .ints(PREFIX_LENGTH, 0, RADIX)
                .forEach(digit -> prefix.append(Character.forDigit(digit, RADIX)));
        return prefix.append('-').toString();
    }
}
