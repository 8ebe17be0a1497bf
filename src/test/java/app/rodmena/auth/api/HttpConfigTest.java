package app.rodmena.auth.api;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.rodmena.auth.common.InvalidSettingException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class HttpConfigTest {
    @Test
    void invalidValuesAreRefusedWithSettingAndAllowedValues() {
        HttpConfig good = HttpConfig.DEFAULT;
        Duration second = Duration.ofSeconds(1);

        assertThatThrownBy(() -> good.withAddress("127.0.0.1", 65_536))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("port: 65536; must be 0 to 65535");
        assertThatThrownBy(() -> good.withAddress(" ", 1)).hasMessage("host:  ; must be a name or an address");
        assertThatThrownBy(() -> good.withMaxClients(0)).hasMessage("max_clients: 0; must be 1 to 1000000");
        assertThatThrownBy(() -> good.withTimeouts(Duration.ZERO, second, second))
                .hasMessage("read_timeout: PT0S; must be 100ms to 1h");
        assertThatThrownBy(() -> good.withTimeouts(second, Duration.ofHours(2), second))
                .hasMessage("idle_timeout: PT2H; must be 100ms to 1h");
        assertThatThrownBy(() -> good.withCorsOrigins(List.of("https://app.example/path")))
                .hasMessageStartingWith("cors_origin: https://app.example/path; must be * or an origin");
    }
}
