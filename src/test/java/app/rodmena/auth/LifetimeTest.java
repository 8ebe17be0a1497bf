package app.rodmena.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LifetimeTest {
    @Test
    void whoIsToldToStopWhileStartingStopsAtOnce() throws Exception {
        Lifetime lifetime = new Lifetime();
        lifetime.stop();

        lifetime.awaitStop();
    }

    @Test
    void aServerThatCanNotStartIsFailureNotMisuse() {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream());
        Main main = new Main(nowhere, nowhere, new Lifetime());

        int code = main.run(new String[] {"--data-dir=/dev/null/data"}, Map.of());

        assertThat(code).isEqualTo(1);
    }
}
