package app.rodmena.auth.core;

import java.time.Instant;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * Information about a running server.
 *
 * @param instance the instance name in PostgreSQL's application_name
 * @param addresses supplies the actual address of each listener, for example {@code api} to
 *     {@code http://127.0.0.1:4000}; thread-safe, does not block
 * @param inFlight supplies the number of requests in flight; thread-safe, does not block
 */
public record ServerInfo(
        String version,
        String instance,
        Instant startedAt,
        Supplier<Map<String, String>> addresses,
        IntSupplier inFlight) {}
