package app.rodmena.auth.pool;

import java.sql.Connection;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/** A connection that records the SQL and the time of its last prepared statement, without bound values. */
abstract class StatementTrackingConnection extends DelegatingConnection {
    /** Stands for the SQL of a plain statement, which is unknown here and may contain values. */
    private static final String PLAIN_STATEMENT = "(a plain statement)";

    /**
     * A prepared statement.
     *
     * @param sql the text with placeholders, without values; empty if there was none
     * @param number number of statements prepared on the connection, including this one
     * @param atNanos the time of preparation on the pool's clock
     */
    record Prepared(String sql, long number, long atNanos) {
        /** Time since it was prepared; empty if there was none. */
        Optional<Duration> age(long nowNanos) {
            return number == 0 ? Optional.empty() : Optional.of(Duration.ofNanos(Math.max(0, nowNanos - atNanos)));
        }
    }

    private final LongSupplier clock;
    private volatile Prepared last = new Prepared("", 0, 0);

    /** @param clock a clock in nanoseconds */
    StatementTrackingConnection(Connection delegate, LongSupplier clock) {
        super(delegate);
        this.clock = clock;
    }

    final Prepared lastPrepared() {
        return last;
    }

    /** Called by the one thread that uses the connection; readers are concurrent. */
    @Override
    protected final void beforeStatement(String sql) {
        last = new Prepared(sql.isEmpty() ? PLAIN_STATEMENT : sql, last.number + 1, clock.getAsLong());
    }
}
