package app.rodmena.auth.http;

import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.HttpString;

/**
 * The header {@code traceparent} of W3C Trace Context. An invalid one is ignored, as its section 4.3 requires: then the
 * request belongs to no trace. Of later versions, the fields of version 00 are read.
 */
final class TraceParent {
    static final HttpString NAME = new HttpString("traceparent");

    /** {@code 00-<32 digits of the trace id>-<16 digits of the parent id>-<2 digits of flags>} */
    private static final int LENGTH = 55;

    private static final int TRACE_ID = 3;
    private static final int PARENT_ID = 36;
    private static final int FLAGS = 53;

    private static final String NO_TRACE_ID = "0".repeat(32);
    private static final String NO_PARENT_ID = "0".repeat(16);

    private TraceParent() {}

    /** The trace id; empty without a valid header. */
    static String traceId(HeaderMap headers) {
        HeaderValues values = headers.get(NAME);
        if (values == null || values.size() != 1) {
            return "";
        }
        String value = values.getFirst();
        return isValid(value) ? value.substring(TRACE_ID, PARENT_ID - 1) : "";
    }

    private static boolean isValid(String value) {
        return value.length() >= LENGTH
                && hasFields(value)
                && !value.startsWith(NO_TRACE_ID, TRACE_ID)
                && !value.startsWith(NO_PARENT_ID, PARENT_ID)
                && hasLengthOfVersion(value);
    }

    /** Whether the fields of version 00 are hexadecimal digits, with a hyphen between them. */
    private static boolean hasFields(String value) {
        for (int i = 0; i < LENGTH; i++) {
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
                ? value.length() == LENGTH
                : !value.startsWith("ff") && (value.length() == LENGTH || value.charAt(LENGTH) == '-');
    }
}
