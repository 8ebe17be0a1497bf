package app.rodmena.auth.http;

import app.rodmena.auth.database.DatabaseFailure;
import app.rodmena.auth.rbac.InvalidValueException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes an answer of what went wrong after the gate. Nothing internal gets out, and no key gets into the log. */
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger("auth.http");

    /** Whatever looks like a key: drivers quote the values of a statement in their messages. */
    private static final Pattern KEY =
            Pattern.compile("\\p{XDigit}{8}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{12}");

    private final IncidentLookup incidents;

    Failures(IncidentLookup incidents) {
        this.incidents = incidents;
    }

    /**
     * @param route the method and template that were asked, for the log
     * @param thrown what the service's stage completed with
     */
    Answer answer(String route, Throwable thrown) {
        Throwable cause = cause(thrown);
        if (cause instanceof DatabaseFailure failure) {
            return Refusals.noAnswer(failure.reason(), incidents.idOf(failure.reason()));
        }
        if (cause instanceof ListResponse.NoRoomException) {
            return Refusals.tooManyUnread();
        }
        if (cause instanceof InvalidValueException || cause instanceof CheckList.InvalidBodyException) {
            return Refusals.badRequest(cause.getMessage());
        }
        String id =
                String.format(Locale.ROOT, "%016x", ThreadLocalRandom.current().nextLong());
        LOG.error("{} failed, error id {}: {}", route, id, withoutKeys(cause));
        return Answer.error(500, "Something unforeseen went wrong; the server's log knows it as " + id);
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
