package app.rodmena.auth.jmx;

import java.time.Instant;
import java.util.Map;

/** Information about a running server. Implementations are thread-safe and never block. */
public interface ServerInfo {
    String version();

    /** The instance name in PostgreSQL's application_name. */
    String instance();

    Instant startedAt();

    /** The actual address of each listener, for example {@code api} to {@code http://127.0.0.1:4000}. */
    Map<String, String> addresses();

    /** The number of requests in flight. */
    int inFlight();
}
