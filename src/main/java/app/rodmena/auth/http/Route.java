package app.rodmena.auth.http;

/**
 * One method of one path.
 *
 * @param name the method and the path template, never the path of a request: {@code GET /api/roles}, also for HEAD
 * @param endpoint handles the requests; its type is the listener's own
 */
public record Route<E>(String name, E endpoint) {}
