package app.rodmena.auth.pool;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How it goes with opening connections.
 *
 * @param borrowers callers past the queue that have no connection yet: for a moment always some, for longer only those
 *     for whom one is being opened, or tested
 * @param attempt how long the present attempt to open one has taken; empty while there is none
 * @param failure what the last attempt failed with; empty if it succeeded. A connection that broke before its first
 *     checkout is a failed attempt, too
 * @param failures failed attempts since the last success
 * @param unused connections opened since a caller last got a new one. While callers wait and no connection is in use,
 *     more than one or two mean that connections can be opened and not be used
 * @param downSince since when none is open and none can be opened; empty while any is open, or can be
 */
public record OpeningView(
        int borrowers,
        Optional<Duration> attempt,
        Optional<SQLException> failure,
        int failures,
        int unused,
        Optional<Instant> downSince) {}
