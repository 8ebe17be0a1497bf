package app.rodmena.auth.pool;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/**
 * How it goes with opening connections.
 *
 * @param borrowers callers past the queue that have no connection yet: for a moment always some, for longer only those
 *     for whom one is being opened, or tested
 * @param attempt how long the present attempt to open one has taken; empty while there is none
 * @param failure what the last attempt failed with; empty if it succeeded
 */
public record OpeningView(int borrowers, Optional<Duration> attempt, Optional<SQLException> failure) {}
