package app.rodmena.auth.http;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * How the API listens.
 *
 * @param host the address to listen on
 * @param port the port, 0 for any that is free
 * @param maxHeaderBytes a request line and headers larger than this are refused with 431
 * @param maxBodyBytes a body larger than this is refused with 413; no route has a use for one
 * @param readTimeout longest time for a request's headers to arrive, again for its body, and for a client to take any
 *     of its answer
 * @param idleTimeout a kept-alive connection without a request for longer than this is closed
 * @param corsOrigins origins ({@code https://app.example}) whose pages may ask, or {@code *} for all; empty: none
 * @param shutdownGrace longest wait at shutdown for the requests in flight
 */
public record HttpConfig(
        String host,
        int port,
        int maxHeaderBytes,
        int maxBodyBytes,
        Duration readTimeout,
        Duration idleTimeout,
        List<String> corsOrigins,
        Duration shutdownGrace) {

    private static final Pattern ORIGIN = Pattern.compile("\\*|https?://[A-Za-z0-9.\\[\\]:-]+");

    public static final HttpConfig DEFAULT = new HttpConfig(
            "127.0.0.1",
            4000,
            16 * 1024,
            64 * 1024,
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            List.of(),
            Duration.ofSeconds(30));

    public HttpConfig {
        Objects.requireNonNull(host, "host");
        if (host.isBlank()) {
            throw new IllegalArgumentException("host: '%s'; must be an address or a name".formatted(host));
        }
        range("port", port, 0, 65_535);
        range("max_header_bytes", maxHeaderBytes, 1024, 1024 * 1024);
        range("max_body_bytes", maxBodyBytes, 0, 64 * 1024 * 1024);
        duration("read_timeout", readTimeout, 100);
        duration("idle_timeout", idleTimeout, 100);
        duration("shutdown_grace", shutdownGrace, 0);
        corsOrigins = List.copyOf(corsOrigins);
        for (String origin : corsOrigins) {
            if (!ORIGIN.matcher(origin).matches()) {
                throw new IllegalArgumentException(
                        "cors_origins: '%s'; must be * or scheme://host[:port]".formatted(origin));
            }
        }
    }

    /** The same on another address. */
    public HttpConfig withAddress(String host, int port) {
        return new HttpConfig(
                host, port, maxHeaderBytes, maxBodyBytes, readTimeout, idleTimeout, corsOrigins, shutdownGrace);
    }

    /** The same with other waits. */
    public HttpConfig withTimeouts(Duration readTimeout, Duration idleTimeout, Duration shutdownGrace) {
        return new HttpConfig(
                host, port, maxHeaderBytes, maxBodyBytes, readTimeout, idleTimeout, corsOrigins, shutdownGrace);
    }

    /** The same for pages of these origins. */
    public HttpConfig withCorsOrigins(List<String> corsOrigins) {
        return new HttpConfig(
                host, port, maxHeaderBytes, maxBodyBytes, readTimeout, idleTimeout, corsOrigins, shutdownGrace);
    }

    private static void range(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException("%s: %d; must be %d to %d".formatted(name, value, least, most));
        }
    }

    private static void duration(String name, Duration value, long leastMillis) {
        long most = Duration.ofHours(1).toMillis();
        if (value.toMillis() < leastMillis || value.toMillis() > most) {
            throw new IllegalArgumentException(
                    "%s: %d ms; must be %d to %d ms".formatted(name, value.toMillis(), leastMillis, most));
        }
    }
}
