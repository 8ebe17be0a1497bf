package app.rodmena.auth.bench;

import app.rodmena.auth.database.DatabaseConfig;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.SharedResource.Share;
import app.rodmena.auth.health.Health;
import app.rodmena.auth.http.ApiListener;
import app.rodmena.auth.http.HttpConfig;
import app.rodmena.auth.http.IncidentLookup;
import app.rodmena.auth.http.RequestListener;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.postgres.DatabaseUrl;

/**
 * The same server without anybody who watches it: no metrics, no MBeans, no history, no diagnosis or incidents, no
 * doors for operators. There is no such switch in the product; what it costs is measured by leaving it out here. What
 * the engine itself always has stays: the log, which is not told of single checkouts, and the ring of the last events.
 */
public final class BareServer {
    private BareServer() {}

    /** Takes the database's URL from the variable that the product takes it from. */
    public static void main(String[] arguments) throws Exception {
        DatabaseUrl url = DatabaseUrl.parse(System.getenv("AUTH_DATABASE_URL"));
        Share<DatabaseEngine> share =
                DatabaseEngine.open(new DatabaseConfig(url.target(), PoolSettings.DEFAULT, "bench-" + Kind.BARE));
        DatabaseEngine engine = share.get();
        engine.awaitFirstAttempt();
        HttpConfig http = HttpConfig.DEFAULT.withAddress("127.0.0.1", 0);
        ApiListener api =
                ApiListener.start(http, engine, new Health(engine), RequestListener.NONE, IncidentLookup.NONE);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            api.close();
            share.close();
        }));
        System.out.println("Listening  http://127.0.0.1:" + api.port());
    }
}
