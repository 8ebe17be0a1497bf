package app.rodmena.auth.database;

import app.rodmena.auth.postgres.NoPrimaryException;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether PostgreSQL answered when the monitor last asked, so that it is known before anybody asks. Thread-safe. */
final class Heartbeat {
    private static final Logger LOG = LoggerFactory.getLogger("auth.database");

    /** An answer older than this is none: the probe itself may hang. */
    private static final long VALID_NANOS = Duration.ofSeconds(2).toNanos();

    /** @param failure what the probe failed with; null if it was answered, or not asked yet */
    private record Beat(boolean answered, String problem, Throwable failure, long atNanos, Instant since) {}

    private volatile Beat last = new Beat(false, "not asked yet", null, System.nanoTime(), Instant.now());

    boolean isAlive() {
        Beat beat = last;
        return beat.answered && isFresh(beat);
    }

    /** What is wrong, safe to show; empty if nothing is. */
    String problem() {
        Beat beat = last;
        if (!beat.answered) {
            return beat.problem;
        }
        return isFresh(beat) ? "" : "PostgreSQL has not answered for more than 2 s";
    }

    /** What PostgreSQL, or the way to it, said when it last did not answer; null if it does. */
    Throwable failure() {
        return last.failure;
    }

    Instant since() {
        return last.since;
    }

    void answered() {
        if (tell(true, "", null)) {
            LOG.info("PostgreSQL answers");
        }
    }

    void missed(Throwable failure) {
        boolean noPrimary = failure instanceof NoPrimaryException;
        String problem = noPrimary ? ((NoPrimaryException) failure).reason().text() : "PostgreSQL does not answer";
        if (tell(false, problem, failure)) {
            LOG.warn("{}", noPrimary ? failure.getMessage() : "PostgreSQL does not answer any more");
        }
        LOG.debug("Heartbeat failed", failure);
    }

    /** @return whether that is news */
    private boolean tell(boolean answered, String problem, Throwable failure) {
        Beat before = last;
        boolean news = before.answered != answered;
        last = new Beat(answered, problem, failure, System.nanoTime(), news ? Instant.now() : before.since);
        return news;
    }

    private static boolean isFresh(Beat beat) {
        return System.nanoTime() - beat.atNanos < VALID_NANOS;
    }
}
