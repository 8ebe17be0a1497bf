package app.rodmena.auth.http;

import app.rodmena.auth.common.LogThrottle;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/**
 * Maps exceptions to responses. A response exposes nothing internal, and the log contains no client key. Thread-safe.
 */
final class ExceptionMapper {

    /** Anything that looks like a client key: drivers quote the values of a statement in their messages. */
    private static final Pattern KEY =
            Pattern.compile("\\p{XDigit}{8}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{12}");

    private final LogThrottle log;

    /** @param log receives unexpected exceptions */
    ExceptionMapper(Logger log) {
        this.log = new LogThrottle(log);
    }

    /** @param known the response for an expected exception; empty for others */
    Response map(String route, String requestId, Throwable thrown, Function<Throwable, Optional<Response>> known) {
        Throwable cause = cause(thrown);
        return cause instanceof HttpError error
                ? error.response(requestId)
                : known.apply(cause).orElseGet(() -> unexpected(route, requestId, cause));
    }

    private Response unexpected(String route, String requestId, Throwable cause) {
        String id =
                String.format(Locale.ROOT, "%016x", ThreadLocalRandom.current().nextLong());
        String loggedId = log.log(
                Level.ERROR,
                route + cause.getClass().getName() + location(cause),
                id,
                () -> "%s failed, error id %s, request_id=%s: %s".formatted(route, id, requestId, withoutKeys(cause)),
                count -> "%s failed %s more times in the last second, as with error id %s".formatted(route, count, id));
        return Response.error(500, "Unexpected error; see the server's log, error id " + loggedId);
    }

    /** Where it was thrown; the same exception from there within a second is the same error, with the same id. */
    private static String location(Throwable cause) {
        return cause.getStackTrace().length == 0 ? "" : cause.getStackTrace()[0].toString();
    }

    private static Throwable cause(Throwable thrown) {
        boolean wrapped = thrown instanceof CompletionException || thrown instanceof ExecutionException;
        return wrapped && thrown.getCause() != null ? cause(thrown.getCause()) : thrown;
    }

    private static String withoutKeys(Throwable cause) {
        StringWriter trace = new StringWriter();
        cause.printStackTrace(new PrintWriter(trace));
        return KEY.matcher(trace.toString()).replaceAll("<key>");
    }
}
