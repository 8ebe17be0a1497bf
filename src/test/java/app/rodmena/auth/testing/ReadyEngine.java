package app.rodmena.auth.testing;

import static org.awaitility.Awaitility.await;

import app.rodmena.auth.database.DatabaseConfig;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.SharedResource.Share;

/** Opens engines with a ready database. */
public final class ReadyEngine {
    private ReadyEngine() {}

    /** Opens an engine and waits until it is ready; the caller closes the share. */
    public static Share<DatabaseEngine> open(DatabaseConfig config) {
        Share<DatabaseEngine> share = DatabaseEngine.open(config);
        share.get().awaitFirstAttempt();
        await().until(() -> share.get().availability().ready());
        return share;
    }
}
