package app.rodmena.auth.api;

import static app.rodmena.auth.common.InvalidSettingException.requireRange;

import app.rodmena.auth.common.InvalidSettingException;
import app.rodmena.auth.security.Keystore;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Settings of the API's listener.
 *
 * @param host the address to listen on
 * @param port the port, 0 for any that is free
 * @param maxClients maximum number of open connections; others wait in the operating system's queue until one is
 *     closed. Each takes a file descriptor, and a request that waits for the database holds its connection, so this
 *     should be more than the pool's max_waiting and less than {@code ulimit -n}
 * @param maxHeaderBytes maximum size of request line and headers; larger ones are refused with 431
 * @param maxBodyBytes maximum size of a body; larger ones are refused with 413. Only {@code POST /api/check} uses a
 *     body; 1,000 checks take at most 219 kB
 * @param readTimeout maximum time for a request's headers to arrive, again for its body, and for a client to read any
 *     part of its response
 * @param idleTimeout a keep-alive connection without a request for longer than this is closed
 * @param corsOrigins origins ({@code https://app.example}) whose pages may send requests, or {@code *} for all; none if
 *     empty
 * @param shutdownGrace maximum wait at shutdown for the requests in flight
 * @param drain at shutdown, how long requests are still served while the server reports that it is not ready, so that
 *     load balancers stop sending requests; before {@code shutdownGrace}
 * @param changesKept how long changes are kept for {@code GET /api/changes}
 * @param allowHalfClose whether a client that ended its stream still gets its response; otherwise it counts as gone
 * @param keystore the key and certificate for TLS; empty: no TLS
 * @param allowPlainHttp whether to start without a warning if {@code host} is not loopback and there is no TLS
 */
public record HttpConfig(
        String host,
        int port,
        int maxClients,
        int maxHeaderBytes,
        int maxBodyBytes,
        Duration readTimeout,
        Duration idleTimeout,
        List<String> corsOrigins,
        Duration shutdownGrace,
        Duration drain,
        Duration changesKept,
        boolean allowHalfClose,
        Optional<Keystore> keystore,
        boolean allowPlainHttp) {

    private static final Duration MAX_TIME = Duration.ofHours(1);
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._:%-]+");
    private static final Pattern ORIGIN = Pattern.compile("\\*|https?://[A-Za-z0-9.\\[\\]:-]+");

    public static final HttpConfig DEFAULT = new HttpConfig(
            "127.0.0.1",
            4000,
            4000,
            16 * 1024,
            256 * 1024,
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            List.of(),
            Duration.ofSeconds(30),
            Duration.ZERO,
            Duration.ofDays(30),
            false,
            Optional.empty(),
            false);

    /** Validates all values; an invalid one causes an {@link InvalidSettingException}. */
    public HttpConfig {
        Objects.requireNonNull(host, "host");
        Objects.requireNonNull(keystore, "keystore");
        InvalidSettingException.require(HOST.matcher(host).matches(), "host", host, "must be a name or an address");
        requireRange("port", port, 0, 65_535);
        requireRange("max_clients", maxClients, 1, 1_000_000);
        size("max_header_size", maxHeaderBytes, 1024, 1024 * 1024, "must be 1k to 1m");
        size("max_body_size", maxBodyBytes, 0, 64 * 1024 * 1024, "must be 0 to 64m");
        requireRange("read_timeout", readTimeout, Duration.ofMillis(100), MAX_TIME);
        requireRange("idle_timeout", idleTimeout, Duration.ofMillis(100), MAX_TIME);
        requireRange("shutdown_grace", shutdownGrace, Duration.ZERO, MAX_TIME);
        requireRange("drain", drain, Duration.ZERO, MAX_TIME);
        requireRange("changes_kept", changesKept, Duration.ofHours(1), Duration.ofDays(3650));
        corsOrigins = List.copyOf(corsOrigins);
        for (String origin : corsOrigins) {
            InvalidSettingException.require(
                    ORIGIN.matcher(origin).matches(),
                    "cors_origin",
                    origin,
                    "must be * or an origin such as https://app.example, without a path");
        }
    }

    /**
     * Returns a copy with changes, which are validated together after all of them are made.
     *
     * @throws InvalidSettingException for an invalid value
     */
    public HttpConfig with(Consumer<Draft> changes) {
        Draft draft = new Draft();
        changes.accept(draft);
        return draft.config();
    }

    public HttpConfig withKeystore(Keystore keystore) {
        return with(draft -> draft.keystore = Optional.of(keystore));
    }

    public HttpConfig withAddress(String host, int port) {
        return with(draft -> {
            draft.host = host;
            draft.port = port;
        });
    }

    /** A mutable copy of the settings. Not thread-safe. */
    public final class Draft {
        public String host = HttpConfig.this.host;
        public int port = HttpConfig.this.port;
        public int maxClients = HttpConfig.this.maxClients;
        public int maxHeaderBytes = HttpConfig.this.maxHeaderBytes;
        public int maxBodyBytes = HttpConfig.this.maxBodyBytes;
        public Duration readTimeout = HttpConfig.this.readTimeout;
        public Duration idleTimeout = HttpConfig.this.idleTimeout;
        public List<String> corsOrigins = HttpConfig.this.corsOrigins;
        public Duration shutdownGrace = HttpConfig.this.shutdownGrace;
        public Duration drain = HttpConfig.this.drain;
        public Duration changesKept = HttpConfig.this.changesKept;
        public boolean allowHalfClose = HttpConfig.this.allowHalfClose;
        public Optional<Keystore> keystore = HttpConfig.this.keystore;
        public boolean allowPlainHttp = HttpConfig.this.allowPlainHttp;

        private Draft() {}

        private HttpConfig config() {
            return new HttpConfig(
                    host,
                    port,
                    maxClients,
                    maxHeaderBytes,
                    maxBodyBytes,
                    readTimeout,
                    idleTimeout,
                    corsOrigins,
                    shutdownGrace,
                    drain,
                    changesKept,
                    allowHalfClose,
                    keystore,
                    allowPlainHttp);
        }
    }

    private static void size(String name, int value, int min, int max, String rule) {
        InvalidSettingException.require(value >= min && value <= max, name, value, rule);
    }
}
