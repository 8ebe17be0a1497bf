package app.rodmena.auth.testing;

import static org.awaitility.Awaitility.await;

import app.rodmena.auth.database.DatabaseConfig;
import app.rodmena.auth.database.DatabaseEngine;

/** Opens engines with a ready database. */
public final class ReadyEngine {
    private ReadyEngine() {}

    /** Opens an engine and waits until it is ready; the caller closes it. */
    public static DatabaseEngine open(DatabaseConfig config) {
        DatabaseEngine engine = new DatabaseEngine(config);
        engine.awaitFirstAttempt();
        await().until(() -> engine.availability().ready());
        return engine;
    }
}
