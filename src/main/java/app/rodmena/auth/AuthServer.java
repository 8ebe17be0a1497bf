package app.rodmena.auth;

import app.rodmena.auth.database.DatabaseConfig;
import app.rodmena.auth.database.DatabaseEngine;
import java.net.InetSocketAddress;
import java.util.Optional;

/** The composition root: everything a server consists of, started in order and closed in reverse. */
public final class AuthServer implements AutoCloseable {
    private final ServerConfig config;
    private final DatabaseEngine engine;

    private AuthServer(ServerConfig config, DatabaseEngine engine) {
        this.config = config;
        this.engine = engine;
    }

    /** Starts a server; it answers when this returns. */
    public static AuthServer start(ServerConfig config) {
        if (config.database() instanceof ServerConfig.Database.External external) {
            DatabaseConfig database = new DatabaseConfig(external.url().target(), config.pool(), config.instance());
            return new AuthServer(config, DatabaseEngine.open(database));
        }
        throw new IllegalStateException("needs a --database-url");
    }

    /** Where the API really listens. */
    public InetSocketAddress address() {
        return InetSocketAddress.createUnresolved(
                config.http().host(), config.http().port());
    }

    /** The database in one line for people, without its password. */
    public String database() {
        return config.database() instanceof ServerConfig.Database.External external
                ? external.url().toString()
                : "";
    }

    /** A command that opens the database in psql, where this server can know one that works. */
    public Optional<String> psql() {
        return Optional.empty();
    }

    @Override
    public void close() {
        engine.close();
    }
}
