package app.rodmena.auth.database;

import app.rodmena.auth.common.LogThrottle;
import app.rodmena.auth.common.SqlState;
import app.rodmena.auth.database.DatabaseFailure.FailureListener;
import app.rodmena.auth.pool.NoConnectionException;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.pool.event.PoolEvents;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Translates failures of calls, and logs, counts and reports them before the caller gets them. Thread-safe. */
final class FailureReporter {
    private final LogThrottle log = new LogThrottle(LoggerFactory.getLogger("auth.database"));
    final List<FailureListener> listeners = new CopyOnWriteArrayList<>();
    final RecentFailures recent = new RecentFailures();
    private final PoolEvents events;

    /** @param events counts the exceptions of listeners */
    FailureReporter(PoolEvents events) {
        this.events = events;
    }

    /** Reports a failure of the database and returns its translation; returns other failures unchanged. */
    Throwable report(CallContext caller, Throwable thrown) {
        Throwable failure = DatabaseFailure.translate(thrown);
        if (failure instanceof DatabaseFailure databaseFailure
                && databaseFailure.reason() != DatabaseFailure.Reason.SHUTTING_DOWN) {
            reportFailure(caller, databaseFailure);
        }
        return failure;
    }

    private void reportFailure(CallContext caller, DatabaseFailure failure) {
        String message = failure.getCause() == null ? failure.getMessage() : SqlState.firstLine(failure.getCause());
        // A failed checkout is logged already, as an event of the pool.
        if (!(failure.getCause() instanceof NoConnectionException) && failure.getCause() != null) {
            log(caller, failure, message);
        }
        FailureKind kind = FailureKind.of(failure);
        int count = Math.max(1, caller.count());
        // Before the listeners, so that the diagnosis of an incident that it begins shows it
        recent.record(kind, count, message, Optional.empty());
        events.notifyListeners(listeners, "a failure of the database", listener -> listener.onFailure(caller, failure));
        failure.incident().ifPresent(incident -> recent.assign(kind, count, message, incident));
    }

    private void log(CallContext caller, DatabaseFailure failure, String message) {
        String text =
                message.endsWith(failure.getMessage()) ? message : "%s (%s)".formatted(failure.getMessage(), message);
        log.log(
                Level.WARN,
                failure.reason() + message,
                () -> "%s failed%s%s: %s"
                        .formatted(
                                caller.route(),
                                caller.count() > 1 ? " for " + caller.count() + " callers" : "",
                                caller.ids().logFields(),
                                text),
                count -> "%s more failed in the last second: %s".formatted(count, text));
    }
}
