package app.rodmena.auth.pool;

import java.time.Duration;

/**
 * The pool and its queue at one instant.
 *
 * @param numbers the pool's numbers
 * @param oldestWait the longest current wait; zero if no caller waits
 * @param suspended whether admission is suspended
 */
public record PoolView(PoolSnapshot numbers, Duration oldestWait, boolean suspended) {}
