package app.rodmena.auth.http;

import app.rodmena.auth.common.RequestIdSyntax;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * The headers with ids of a request. {@code X-Request-ID} is accepted from the client if it is valid and does not
 * contain the client's credentials, else generated, and set in every response. Thread-safe.
 */
final class RequestIdHeaders {
    static final HttpString REQUEST_ID = new HttpString("X-Request-ID");
    private static final HttpString TRACE_PARENT = new HttpString("traceparent");

    private static final int RADIX = 36;

    /** Separates the ids of this process from those of other processes and of earlier starts. */
    private static final String PREFIX = ThreadLocalRandom.current()
            .ints(8, 0, RADIX)
            .mapToObj(digit -> Integer.toString(digit, RADIX))
            .collect(Collectors.joining("", "", "-"));

    private static final AtomicLong GENERATED = new AtomicLong();

    /** {@code 00-<32 digits of the trace id>-<16 digits of the parent id>-<2 digits of flags>} */
    private static final int TRACE_PARENT_LENGTH = 55;

    private static final int TRACE_ID = 3;
    private static final int PARENT_ID = 36;
    private static final int FLAGS = 53;

    private static final String NO_TRACE_ID = "0".repeat(32);
    private static final String NO_PARENT_ID = "0".repeat(16);

    private RequestIdHeaders() {}

    /** The id of a request. An invalid id, or one of several, appears nowhere. */
    static String requestId(HeaderMap headers) {
        HeaderValues values = headers.get(REQUEST_ID);
        return values != null && values.size() == 1 && isRequestId(values.getFirst(), headers)
                ? values.getFirst()
                : PREFIX.concat(Long.toString(GENERATED.incrementAndGet(), RADIX));
    }

    private static boolean isRequestId(String id, HeaderMap headers) {
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

    /**
     * The trace id of {@code traceparent}, the header of W3C Trace Context. Empty if it is missing or invalid: then, as
     * its section 4.3 requires, the request belongs to no trace. Of later versions, the fields of version 00 are read.
     */
    static String traceId(HeaderMap headers) {
        HeaderValues values = headers.get(TRACE_PARENT);
        if (values == null || values.size() != 1) {
            return "";
        }
        String value = values.getFirst();
        return isTraceParent(value) ? value.substring(TRACE_ID, PARENT_ID - 1) : "";
    }

    private static boolean isTraceParent(String value) {
        return value.length() >= TRACE_PARENT_LENGTH
                && hasFields(value)
                && !value.startsWith(NO_TRACE_ID, TRACE_ID)
                && !value.startsWith(NO_PARENT_ID, PARENT_ID)
                && hasLengthOfVersion(value);
    }

    /** Whether the fields of version 00 are hexadecimal digits, with a hyphen between them. */
    private static boolean hasFields(String value) {
        for (int i = 0; i < TRACE_PARENT_LENGTH; i++) {
            char c = value.charAt(i);
            boolean isEnd = i == TRACE_ID - 1 || i == PARENT_ID - 1 || i == FLAGS - 1;
            if (isEnd ? c != '-' : (c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    /** Version 00 has no more fields, a later one may have more; ff is no version. */
    private static boolean hasLengthOfVersion(String value) {
        return value.startsWith("00")
                ? value.length() == TRACE_PARENT_LENGTH
                : !value.startsWith("ff")
                        && (value.length() == TRACE_PARENT_LENGTH || value.charAt(TRACE_PARENT_LENGTH) == '-');
    }
}
