package app.rodmena.auth.jmx;

import java.time.Instant;
import java.util.Map;

/** What there is to know of a server. Thread-safe; never blocks. */
public interface ServerFacts {
    String version();

    /** Its name in PostgreSQL's application_name. */
    String instance();

    Instant startedAt();

    /** Where it really listens: {@code api} to {@code http://127.0.0.1:4000}, and so on. */
    Map<String, String> addresses();

    /** Requests that are being answered now. */
    int inFlight();
}
