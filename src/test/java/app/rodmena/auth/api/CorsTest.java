package app.rodmena.auth.api;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.testing.RawClient;
import java.util.List;
import org.junit.jupiter.api.Test;

class CorsTest {
    private static final String[] PREFLIGHT = {
        "Origin: https://app.example",
        "Access-Control-Request-Method: POST",
        "Access-Control-Request-Headers: authorization"
    };

    @Test
    void pagesOfAConfiguredOriginMayReadAllResponses() throws Exception {
        try (TestApi api =
                        new TestApi(TestApi.CONFIG.with(draft -> draft.corsOrigins = List.of("https://app.example")));
                RawClient client = api.raw()) {
            RawClient.Reply preflight =
                    client.request("OPTIONS /api/role/ops", PREFLIGHT).reply();
            assertThat(preflight.status()).isEqualTo(204);
            assertThat(preflight.header("access-control-allow-origin")).isEqualTo("https://app.example");
            assertThat(preflight.header("access-control-allow-methods")).isEqualTo("POST, DELETE, OPTIONS");
            assertThat(preflight.header("access-control-allow-headers"))
                    .isEqualTo("Authorization, Content-Type, Last-Event-ID, traceparent, X-Request-ID");
            assertThat(preflight.header("vary")).isEqualTo("Origin");

            RawClient.Reply refusal = client.request("GET /api/roles", "Origin: https://app.example")
                    .reply();
            assertThat(refusal.status()).isEqualTo(401);
            assertThat(refusal.header("access-control-allow-origin")).isEqualTo("https://app.example");

            RawClient.Reply otherOrigin =
                    client.request("GET /ping", "Origin: https://evil.example").reply();
            assertThat(otherOrigin.headers()).doesNotContainKey("access-control-allow-origin");
            assertThat(otherOrigin.header("vary")).isEqualTo("Origin");
        }
    }

    @Test
    void noPageMayReadWithoutConfiguration() throws Exception {
        try (TestApi api = new TestApi();
                RawClient client = api.raw()) {
            RawClient.Reply preflight =
                    client.request("OPTIONS /api/role/ops", PREFLIGHT).reply();

            assertThat(preflight.header("allow")).isEqualTo("POST, DELETE, OPTIONS");
            assertThat(preflight.headers().keySet()).noneMatch(name -> name.startsWith("access-control"));
        }
    }

    @Test
    void everyPageMayReadIfAllOriginsAreConfigured() throws Exception {
        try (TestApi api = new TestApi(TestApi.CONFIG.with(draft -> draft.corsOrigins = List.of("*")));
                RawClient client = api.raw()) {
            assertThat(client.request("GET /ping", "Origin: https://some.example")
                            .reply()
                            .header("access-control-allow-origin"))
                    .isEqualTo("*");
        }
    }
}
