package app.rodmena.auth.http;

import java.time.Duration;

/**
 * Hears of every request when it is done with. Called on I/O threads, by many at the same time: count, never block.
 * What is not HTTP at all is refused before it is a request, and is not told.
 */
@FunctionalInterface
public interface RequestListener {
    /** The route of requests for what is not there, or with a method that is not taken. */
    String NO_ROUTE = "-";

    /** The status reported for a request whose connection ended before all of its answer was sent. */
    int NOT_ANSWERED = 499;

    /** Nobody listens. */
    RequestListener NONE = (route, status, took) -> {};

    /**
     * A request was answered, or never will be.
     *
     * @param route the method and the template, as {@code GET /api/roles}, also for HEAD; {@link #NO_ROUTE} if none
     * @param status of the answer; {@link #NOT_ANSWERED} if there is none
     * @param took from the request's head to the end of the answer
     */
    void onAnswered(String route, int status, Duration took);
}
