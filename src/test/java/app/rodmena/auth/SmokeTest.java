package app.rodmena.auth;

import app.rodmena.auth.testing.TestPostgres;
import org.junit.jupiter.api.Test;

class SmokeTest {
    @Test
    void starts() throws Exception {
        try (var c = TestPostgres.connect(TestPostgres.freshDatabase())) {
            c.createStatement().execute("select 1");
        }
    }
}
