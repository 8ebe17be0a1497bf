package app.rodmena.auth;

import app.rodmena.auth.capacity.CapacityConfig;
import app.rodmena.auth.database.DatabaseConfig;
import app.rodmena.auth.diagnosis.DiagnosisConfig;
import app.rodmena.auth.embedded.EmbeddedConfig;
import app.rodmena.auth.http.HttpConfig;
import app.rodmena.auth.incidents.IncidentsConfig;
import app.rodmena.auth.operators.RemoteConfig;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.postgres.DatabaseUrl;
import java.nio.file.Path;
import java.util.Objects;

/**
 * What a server is made of: each room's own configuration, side by side.
 *
 * @param database which PostgreSQL
 * @param pool how connections to it are pooled
 * @param capacity what it makes of its share of the connections
 * @param http how the API listens
 * @param remote how operators get in
 * @param diagnosis how the pool is diagnosed
 * @param incidents what becomes an incident, and where they are kept
 * @param instance this process's name in PostgreSQL's application_name; {@link DatabaseConfig#INSTANCE_RULE}
 * @param failFast whether a database that can't be reached at start is the end, instead of something to wait for
 */
public record ServerConfig(
        Database database,
        PoolSettings pool,
        CapacityConfig capacity,
        HttpConfig http,
        RemoteConfig remote,
        DiagnosisConfig diagnosis,
        IncidentsConfig incidents,
        String instance,
        boolean failFast) {
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
        Objects.requireNonNull(capacity, "capacity");
        Objects.requireNonNull(http, "http");
        Objects.requireNonNull(remote, "remote");
        Objects.requireNonNull(diagnosis, "diagnosis");
        Objects.requireNonNull(incidents, "incidents");
        DatabaseConfig.requireInstance(instance);
    }

    /** Everything by default, without doors for operators, on a PostgreSQL that is there already. */
    public static ServerConfig on(DatabaseUrl url) {
        return byDefault(new Database.External(url));
    }

    /**
     * Everything by default, without doors for operators, on a PostgreSQL of its own that keeps its data in this
     * directory.
     */
    public static ServerConfig onDataIn(Path directory) {
        return byDefault(new Database.Embedded(new EmbeddedConfig(directory, false)));
    }

    private static ServerConfig byDefault(Database database) {
        return new ServerConfig(
                database,
                PoolSettings.DEFAULT,
                CapacityConfig.DEFAULT,
                HttpConfig.DEFAULT,
                RemoteConfig.off(),
                DiagnosisConfig.DEFAULT,
                IncidentsConfig.DEFAULT,
                InstanceName.ofThisProcess(),
                false);
    }

    /** The same with another pool. */
    public ServerConfig withPool(PoolSettings pool) {
        return new ServerConfig(database, pool, capacity, http, remote, diagnosis, incidents, instance, failFast);
    }

    /** The same with another view of its share. */
    public ServerConfig withCapacity(CapacityConfig capacity) {
        return new ServerConfig(database, pool, capacity, http, remote, diagnosis, incidents, instance, failFast);
    }

    /** The same, listening otherwise. */
    public ServerConfig withHttp(HttpConfig http) {
        return new ServerConfig(database, pool, capacity, http, remote, diagnosis, incidents, instance, failFast);
    }

    /** The same, diagnosed otherwise. */
    public ServerConfig withDiagnosis(DiagnosisConfig diagnosis) {
        return new ServerConfig(database, pool, capacity, http, remote, diagnosis, incidents, instance, failFast);
    }

    /** The same with incidents kept otherwise. */
    public ServerConfig withIncidents(IncidentsConfig incidents) {
        return new ServerConfig(database, pool, capacity, http, remote, diagnosis, incidents, instance, failFast);
    }

    /** The same with doors for operators. */
    public ServerConfig withRemote(RemoteConfig remote) {
        return new ServerConfig(database, pool, capacity, http, remote, diagnosis, incidents, instance, failFast);
    }
}
