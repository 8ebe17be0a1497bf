package app.rodmena.auth;

import app.rodmena.auth.admin.AdminListener;
import app.rodmena.auth.http.ApiListener;
import app.rodmena.auth.jmx.ServerInfo;
import app.rodmena.auth.remote.RemoteAccess;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The server's description for JMX, available also during the start, before the API listens. */
record LiveServerInfo(
        ServerConfig config,
        Supplier<Optional<ApiListener>> api,
        Supplier<Optional<AdminListener>> admin,
        Supplier<Optional<RemoteAccess>> remote,
        Instant startedAt)
        implements ServerInfo {
    /** Describes a server that starts now. */
    LiveServerInfo(
            ServerConfig config,
            Supplier<Optional<ApiListener>> api,
            Supplier<Optional<AdminListener>> admin,
            Supplier<Optional<RemoteAccess>> remote) {
        this(config, api, admin, remote, Instant.now());
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
        Map<String, String> addresses = new TreeMap<>();
        api.get()
                .ifPresent(listener -> addresses.put("api", "http://" + StartupBanner.hostAndPort(listener.address())));
        String scheme = config.remote().keystore().isPresent() ? "https" : "http";
        admin.get()
                .ifPresent(listener ->
                        addresses.put("admin", scheme + "://" + StartupBanner.hostAndPort(listener.address())));
        remote.get()
                .flatMap(RemoteAccess::jolokia)
                .ifPresent(address -> addresses.put("jolokia", StartupBanner.hostAndPort(address)));
        remote.get()
                .flatMap(RemoteAccess::jmx)
                .ifPresent(address -> addresses.put("jmx", StartupBanner.hostAndPort(address)));
        return addresses;
    }

    @Override
    public int inFlight() {
        return api.get().map(ApiListener::inFlight).orElse(0);
    }
}
