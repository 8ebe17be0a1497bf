package app.rodmena.auth.boards;

import app.rodmena.auth.testing.LiveServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** A server for the tests of a class, which run one after the other. */
abstract class OnLiveServer {
    static LiveServer server;

    @BeforeAll
    static void start() throws Exception {
        server = LiveServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }
}
