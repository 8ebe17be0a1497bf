package app.rodmena.auth.database;

import app.rodmena.auth.common.SqlState;
import app.rodmena.auth.postgres.NoPrimaryException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The result of the monitor's last probe, available to callers without waiting. Thread-safe. */
final class Heartbeat {
    private static final Logger LOG = LoggerFactory.getLogger("auth.database");

    /**
     * The maximum age of a valid answer, because the probe itself may hang; longer while connections of the pool are
     * answered: then queries on the same session keep the probe back, for example because of a slow network.
     */
    static final Duration VALID = Duration.ofSeconds(2);

    /**
     * Longer behind a pooler, which may keep the probe back: one second passes until that is known, and each further
     * probe takes a login and another second.
     */
    private static final Duration VALID_BEHIND_POOLER = Duration.ofSeconds(4);

    private enum State {
        ANSWERED,
        KEPT_BACK,
        MISSED
    }

    /** @param failure the failure of the probe; null if it was answered or not sent yet */
    private record Beat(State state, String problem, Throwable failure, long atNanos, Instant since) {}

    private volatile Beat last = new Beat(State.MISSED, "not probed yet", null, System.nanoTime(), Instant.now());
    private final BooleanSupplier mayBePooler;
    private final Predicate<Duration> poolServedWithin;
    private volatile boolean everAnswered;

    /**
     * @param mayBePooler whether the probe may wait in the queue of a pooler
     * @param poolServedWithin whether a connection of the pool proves that PostgreSQL answered within this time
     */
    Heartbeat(BooleanSupplier mayBePooler, Predicate<Duration> poolServedWithin) {
        this.mayBePooler = mayBePooler;
        this.poolServedWithin = poolServedWithin;
    }

    /** Whether nothing shows an outage: the probe was answered, or only a pooler keeps it back. */
    boolean isAlive() {
        return isAnswered(last) || isKeptBack();
    }

    /** Whether a pooler accepts the probe's login, but gives its statement no server connection. */
    boolean isKeptBack() {
        Beat beat = last;
        return beat.state == State.KEPT_BACK && everAnswered && age(beat) < VALID_BEHIND_POOLER.toNanos();
    }

    /** The problem, safe for responses; empty if there is none. */
    String problem() {
        Beat beat = last;
        return beat.state == State.ANSWERED && !isAnswered(beat)
                ? "PostgreSQL has not answered for more than %s s".formatted(valid().toSeconds())
                : beat.problem;
    }

    /** The failure of the last probe; null if it was answered, or a pooler keeps it back. */
    Throwable failure() {
        Beat beat = last;
        return beat.state == State.MISSED ? beat.failure : null;
    }

    Instant since() {
        return last.since;
    }

    void answered() {
        everAnswered = true;
        if (update(State.ANSWERED, "", null)) {
            LOG.info("PostgreSQL answers");
        }
    }

    void keptBack(Throwable failure) {
        String problem = SqlState.isTooManyClients(failure)
                ? "the pooler accepts no more clients (max_client_conn)"
                : "the pooler gives no server connection: its pool is full or paused, or PostgreSQL does not answer it";
        if (update(State.KEPT_BACK, problem, failure)) {
            LOG.warn("The monitor cannot query PostgreSQL: {}", problem);
        }
        LOG.debug("Heartbeat kept back", failure);
    }

    void failed(Throwable failure) {
        String problem = "PostgreSQL does not answer";
        String message = "PostgreSQL no longer answers";
        String state = SqlState.of(failure);
        if (failure instanceof NoPrimaryException noPrimary) {
            problem = noPrimary.reason().text();
            message = noPrimary.getMessage();
        } else if (SqlState.isSessionRefused(state)) {
            problem = sessionsRefused(state);
            message = "PostgreSQL refuses the monitor's session: " + SqlState.firstLine(failure);
        }
        if (update(State.MISSED, problem, failure)) {
            LOG.warn("{}", message);
        }
        LOG.debug("Heartbeat failed", failure);
    }

    static String sessionsRefused(String state) {
        return "PostgreSQL refuses new sessions (SQLSTATE %s)".formatted(state);
    }

    /** @return whether the state has changed */
    private boolean update(State state, String problem, Throwable failure) {
        Beat before = last;
        boolean changed = before.state != state;
        last = new Beat(state, problem, failure, System.nanoTime(), changed ? Instant.now() : before.since);
        return changed;
    }

    private Duration valid() {
        return mayBePooler.getAsBoolean() ? VALID_BEHIND_POOLER : VALID;
    }

    private boolean isAnswered(Beat beat) {
        return beat.state == State.ANSWERED && (age(beat) < valid().toNanos() || poolServedWithin.test(valid()));
    }

    private static long age(Beat beat) {
        return System.nanoTime() - beat.atNanos;
    }
}
