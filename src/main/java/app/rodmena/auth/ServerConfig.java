package app.rodmena.auth;

import app.rodmena.auth.embedded.EmbeddedConfig;
import app.rodmena.auth.http.HttpConfig;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.postgres.DatabaseUrl;
import app.rodmena.auth.remote.RemoteConfig;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * What a server is made of: each room's own configuration, side by side.
 *
 * @param database which PostgreSQL
 * @param pool how connections to it are pooled
 * @param http how the API listens
 * @param remote how operators get in
 * @param instance this process's name in PostgreSQL's application_name, {@code [A-Za-z0-9_.-]{1,40}}
 * @param failFast whether a database that can't be reached at start is the end, instead of something to wait for
 */
public record ServerConfig(
        Database database, PoolSettings pool, HttpConfig http, RemoteConfig remote, String instance, boolean failFast) {
    private static final Pattern INSTANCE = Pattern.compile("[A-Za-z0-9_.-]{1,40}");

    /** Somebody's PostgreSQL, or our own. */
    public sealed interface Database {
        /** One that is there already. */
        record External(DatabaseUrl url) implements Database {
            public External {
                Objects.requireNonNull(url, "url");
            }
        }

        /** One of our own, started and stopped with the server. */
        record Embedded(EmbeddedConfig config) implements Database {
            public Embedded {
                Objects.requireNonNull(config, "config");
            }
        }
    }

    public ServerConfig {
        Objects.requireNonNull(database, "database");
        Objects.requireNonNull(pool, "pool");
        Objects.requireNonNull(http, "http");
        Objects.requireNonNull(remote, "remote");
        if (!INSTANCE.matcher(instance).matches()) {
            throw new IllegalArgumentException("instance: '%s'; must match %s".formatted(instance, INSTANCE));
        }
    }
}
