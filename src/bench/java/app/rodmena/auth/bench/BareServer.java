package app.rodmena.auth.bench;

import app.rodmena.auth.api.ApiListener;
import app.rodmena.auth.api.HttpConfig;
import app.rodmena.auth.database.DatabaseConfig;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.metrics.health.Health;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.postgres.DatabaseUrl;

/**
 * The server without metrics, MBeans, history, diagnosis, incidents and the listeners for operators, to measure their
 * cost; the product has no switch for it. The engine's own listeners remain: the log, which ignores checkouts, and the
 * ring of recent events.
 */
public final class BareServer {
    private BareServer() {}

    /** Reads the database's URL from the same variable as the product. */
    public static void main(String[] arguments) throws Exception {
        DatabaseUrl url = DatabaseUrl.parse(System.getenv("AUTH_DATABASE_URL"));
        DatabaseEngine engine = new DatabaseEngine(
                new DatabaseConfig(url.target(), PoolSettings.DEFAULT, "bench-" + ContenderKind.BARE));
        engine.awaitFirstAttempt();
        HttpConfig http = HttpConfig.DEFAULT.withAddress("127.0.0.1", 0);
        ApiListener api = ApiListener.start(http, engine, new Health(engine), (route, status, took) -> {});
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            api.close();
            engine.close();
        }));
        System.out.println("Listening  http://127.0.0.1:" + api.port());
    }
}
