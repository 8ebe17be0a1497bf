package app.rodmena.auth.pool.event;

import app.rodmena.auth.common.RequestIdSyntax;
import app.rodmena.auth.schema.Description;
import java.util.Arrays;
import java.util.Collection;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The ids under which other systems know a request. Of a batch: those of its first {@value #MAX_OF_BATCH} callers,
 * separated by commas. Immutable.
 */
public record RequestIds(
        @Description("Id of the request, as in its header X-Request-ID; of a batch, of its first eight callers,"
                + " separated by commas; empty if there is none")
        String requestId,

        @Description("Id of the request's trace, as in its header traceparent; of a batch, of its first eight callers,"
                + " separated by commas; empty if there is none")
        String traceId) {
    /** No ids, such as those of the pool's own work. */
    public static final RequestIds NONE = new RequestIds("", "");

    private static final int MAX_OF_BATCH = 8;

    /**
     * @throws IllegalArgumentException if an id is not empty and has a character that {@link RequestIdSyntax} excludes,
     *     or is too long
     */
    public RequestIds {
        check("requestId", requestId);
        check("traceId", traceId);
    }

    /** A request that belongs to no trace. */
    public static RequestIds of(String requestId) {
        return new RequestIds(requestId, "");
    }

    /** The ids of a batch of callers, in their order; equal ids once. */
    public static RequestIds ofBatch(Collection<RequestIds> callers) {
        return new RequestIds(joined(callers, RequestIds::requestId), joined(callers, RequestIds::traceId));
    }

    private static String joined(Collection<RequestIds> callers, Function<RequestIds, String> id) {
        return callers.stream()
                .limit(MAX_OF_BATCH)
                .map(id)
                .filter(each -> !each.isEmpty())
                .distinct()
                .collect(Collectors.joining(","));
    }

    /** The ids as in a log line, such as {@code request_id=a1 trace_id=b2} with a space before each; empty without. */
    public String logFields() {
        return (requestId.isEmpty() ? "" : " request_id=" + requestId)
                + (traceId.isEmpty() ? "" : " trace_id=" + traceId);
    }

    private static void check(String name, String ids) {
        boolean valid = ids.indexOf(',') < 0
                ? ids.isEmpty() || RequestIdSyntax.isValid(ids)
                : Arrays.stream(ids.split(",", -1)).allMatch(RequestIdSyntax::isValid);
        if (!valid) {
            throw new IllegalArgumentException("%s: allowed are up to %s of A-Z a-z 0-9 . _ : @ = + / -"
                    .formatted(name, RequestIdSyntax.MAX_LENGTH));
        }
    }
}
