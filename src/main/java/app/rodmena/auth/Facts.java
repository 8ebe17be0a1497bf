package app.rodmena.auth;

import app.rodmena.auth.http.ApiListener;
import app.rodmena.auth.jmx.ServerFacts;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** What a server tells of itself over JMX, also while it is starting and the API is not there yet. */
record Facts(ServerConfig config, Supplier<Optional<ApiListener>> api, Instant startedAt) implements ServerFacts {
    /** Of a server that starts now. */
    Facts(ServerConfig config, Supplier<Optional<ApiListener>> api) {
        this(config, api, Instant.now());
    }

    @Override
    public String version() {
        return Main.version();
    }

    @Override
    public String instance() {
        return config.instance();
    }

    @Override
    public Map<String, String> addresses() {
        return api.get()
                .map(ApiListener::address)
                .map(address -> Map.of("api", "http://" + Banner.hostAndPort(address)))
                .orElse(Map.of());
    }

    @Override
    public int inFlight() {
        return api.get().map(ApiListener::inFlight).orElse(0);
    }
}
