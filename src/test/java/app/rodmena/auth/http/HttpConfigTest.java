package app.rodmena.auth.http;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class HttpConfigTest {
    @Test
    void whatIsImpossibleIsRefusedByNameWithWhatIsAllowed() {
        HttpConfig good = HttpConfig.DEFAULT;
        Duration second = Duration.ofSeconds(1);

        assertThatThrownBy(() -> good.withAddress("127.0.0.1", 65_536)).hasMessage("port: 65536; must be 0 to 65535");
        assertThatThrownBy(() -> good.withAddress(" ", 1)).hasMessage("host: ' '; must be an address or a name");
        assertThatThrownBy(() -> good.withTimeouts(Duration.ZERO, second, second))
                .hasMessage("read_timeout: 0 ms; must be 100 to 3600000 ms");
        assertThatThrownBy(() -> good.withTimeouts(second, Duration.ofHours(2), second))
                .hasMessage("idle_timeout: 7200000 ms; must be 100 to 3600000 ms");
        assertThatThrownBy(() -> good.withCorsOrigins(List.of("https://app.example/path")))
                .hasMessage("cors_origins: 'https://app.example/path'; must be * or scheme://host[:port]");
    }
}
