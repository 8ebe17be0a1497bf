package app.rodmena.auth;

import app.rodmena.auth.api.HttpConfig;
import app.rodmena.auth.capacity.CapacityConfig;
import app.rodmena.auth.database.ApplicationName;
import app.rodmena.auth.diagnosis.DiagnosisConfig;
import app.rodmena.auth.diagnosis.incident.IncidentsConfig;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.postgres.DatabaseUrl;
import app.rodmena.auth.postgres.embedded.EmbeddedConfig;
import app.rodmena.auth.security.RemoteConfig;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A server's configuration: one part for each package.
 *
 * @param database the PostgreSQL to use
 * @param pool how connections to it are pooled
 * @param capacity the policy on the connection budget, and the target wait for sizing advice
 * @param http the API's address and limits
 * @param remote the operators' listeners: admin, Jolokia and JMX
 * @param diagnosis how the pool is diagnosed
 * @param incidents when incidents are recorded, and where they are kept
 * @param instance this process's name in PostgreSQL's application_name; see {@link ApplicationName#requireInstance}
 * @param failFast whether a start without a reachable database fails, instead of waiting for the database
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
    /** An external PostgreSQL, or an embedded one. */
    public sealed interface Database {
        /** A PostgreSQL that is started and stopped independently of the server. */
        record External(DatabaseUrl url) implements Database {
            public External {
                Objects.requireNonNull(url, "url");
            }
        }

        /** A PostgreSQL that the server starts and stops. */
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
        ApplicationName.requireInstance(instance);
    }

    /** The defaults with an external PostgreSQL and without operators' listeners. */
    public static ServerConfig on(DatabaseUrl url) {
        return byDefault(new Database.External(url));
    }

    /**
     * The defaults with an embedded PostgreSQL that keeps its data in this directory, and without operators' listeners.
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
                ApplicationName.defaultInstance(),
                false);
    }

    public ServerConfig withPool(PoolSettings pool) {
        return new ServerConfig(database, pool, capacity, http, remote, diagnosis, incidents, instance, failFast);
    }

    public ServerConfig withCapacity(CapacityConfig capacity) {
        return new ServerConfig(database, pool, capacity, http, remote, diagnosis, incidents, instance, failFast);
    }

    public ServerConfig withHttp(HttpConfig http) {
        return new ServerConfig(database, pool, capacity, http, remote, diagnosis, incidents, instance, failFast);
    }

    public ServerConfig withDiagnosis(DiagnosisConfig diagnosis) {
        return new ServerConfig(database, pool, capacity, http, remote, diagnosis, incidents, instance, failFast);
    }

    public ServerConfig withIncidents(IncidentsConfig incidents) {
        return new ServerConfig(database, pool, capacity, http, remote, diagnosis, incidents, instance, failFast);
    }

    public ServerConfig withRemote(RemoteConfig remote) {
        return new ServerConfig(database, pool, capacity, http, remote, diagnosis, incidents, instance, failFast);
    }

    public ServerConfig withFailFast(boolean failFast) {
        return new ServerConfig(database, pool, capacity, http, remote, diagnosis, incidents, instance, failFast);
    }
}
