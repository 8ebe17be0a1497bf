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
        assertThatThrownBy(() -> good.with(draft -> draft.maxClients = 0))
                .hasMessage("max_clients: 0; must be 1 to 1000000");
        assertThatThrownBy(() -> good.with(draft -> {
                    draft.readTimeout = Duration.ZERO;
                    draft.idleTimeout = second;
                    draft.shutdownGrace = second;
                }))
                .hasMessage("read_timeout: 0 ms; must be 100ms to 1h");
        assertThatThrownBy(() -> good.with(draft -> {
                    draft.readTimeout = second;
                    draft.idleTimeout = Duration.ofHours(2);
                    draft.shutdownGrace = second;
                }))
                .hasMessage("idle_timeout: 7200000 ms; must be 100ms to 1h");
        assertThatThrownBy(() -> good.with(draft -> draft.corsOrigins = List.of("https://app.example/path")))
                .hasMessageStartingWith("cors_origin: https://app.example/path; must be * or an origin");
    }
}
