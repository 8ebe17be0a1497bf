package app.rodmena.auth.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CommandsTest {
    @Test
    void offersNoJolokiaCommandWithoutJolokia() {
        Commands commands = new Commands("psql", "");

        assertThat(commands.exec("resume")).isEmpty();
        assertThat(commands.set("ReclaimLeaksAfterMillis", 61_000)).isEmpty();
        assertThat(Commands.DEFAULT.exec("resume")).contains("8778/jolokia").contains("\"operation\":\"resume\"");
    }
}
