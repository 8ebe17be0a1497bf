package app.rodmena.auth.api;

import java.time.Duration;

/**
 * Is notified of every request when it has ended. Called on I/O threads, concurrently: implementations must be
 * thread-safe and must not block. Input that is not HTTP is refused before it becomes a request, and is not reported.
 */
@FunctionalInterface
public interface RequestListener {
    /** The route of requests for an unknown path, or with a method that the path does not take. */
    String NO_ROUTE = "-";

    /** The status reported for a request whose connection ended before the whole response was sent. */
    int INCOMPLETE_RESPONSE = 499;

    /**
     * Called when a request has ended, with or without a response.
     *
     * @param route the method and the path template, for example {@code GET /api/roles}, also for HEAD;
     *     {@link #NO_ROUTE} if none matches
     * @param status the status of the response; {@link #INCOMPLETE_RESPONSE} if there is no complete response
     * @param took time from the arrival of the request's head to the end of the response
     */
    void onCompleted(String route, int status, Duration took);
}
