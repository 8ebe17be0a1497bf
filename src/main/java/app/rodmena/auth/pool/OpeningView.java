package app.rodmena.auth.pool;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The state of opening connections.
 *
 * @param acquiring number of admitted callers without a connection yet. Above 0 for long only while a connection is
 *     being opened or validated
 * @param attempt duration of the current attempt to open one; empty if there is none
 * @param failure failure of the last attempt, or the reason why the current one counts as failed; empty if it
 *     succeeded, or no caller has needed another one for 10 s. A connection that broke before its first checkout counts
 *     as a failed attempt
 * @param failures number of failed attempts since the last success
 * @param unused number of connections opened since a new connection was last checked out. While callers wait and no
 *     connection is in use, more than two mean that connections can be opened but not used
 * @param downSince start of the current outage; empty if any connection is open, or can be opened
 */
public record OpeningView(
        int acquiring,
        Optional<Duration> attempt,
        Optional<SQLException> failure,
        int failures,
        int unused,
        Optional<Instant> downSince) {}
