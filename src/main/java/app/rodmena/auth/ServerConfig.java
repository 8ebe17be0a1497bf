package app.rodmena.auth;

import app.rodmena.auth.database.DatabaseConfig;
import app.rodmena.auth.embedded.EmbeddedConfig;
import app.rodmena.auth.http.HttpConfig;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.postgres.DatabaseUrl;
import java.util.Objects;

/**
 * What a server is made of: each room's own configuration, side by side.
 *
 * @param database which PostgreSQL
 * @param pool how connections to it are pooled
 * @param http how the API listens
 * @param instance this process's name in PostgreSQL's application_name; {@link DatabaseConfig#INSTANCE_RULE}
 * @param failFast whether a database that can't be reached at start is the end, instead of something to wait for
 */
public record ServerConfig(Database database, PoolSettings pool, HttpConfig http, String instance, boolean failFast) {
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
        DatabaseConfig.requireInstance(instance);
    }
}
