package app.rodmena.auth.pool;

import java.time.Duration;

/**
 * The pool and its queue at one instant.
 *
 * @param numbers the pool's numbers
 * @param oldestWait how long the caller who waits longest has waited; zero if nobody waits
 * @param suspended whether everybody is made to wait
 */
public record PoolView(PoolSnapshot numbers, Duration oldestWait, boolean suspended) {}
