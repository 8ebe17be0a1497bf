package app.rodmena.auth.admin;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.testing.RawClient;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Serves the dashboard's files and no others. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DashboardAssetsTest {
    private static final String PROBE = "/dashboard/probe/probe.js";

    private TestAdmin admin;

    @BeforeAll
    void start() throws Exception {
        admin = TestAdmin.anonymous(PoolSettings.DEFAULT);
    }

    @AfterAll
    void stop() {
        admin.close();
    }

    @Test
    void aFileHasItsTypeAndIsRevalidatedByETag() throws Exception {
        HttpResponse<String> first = admin.get(PROBE);
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(first.body()).startsWith("export");
        assertThat(first.headers().firstValue("content-type")).contains("text/javascript; charset=utf-8");
        assertThat(first.headers().firstValue("cache-control")).contains("no-cache");
        assertThat(first.headers().firstValue("content-security-policy").orElse(""))
                .contains("script-src 'self'");

        String tag = first.headers().firstValue("etag").orElseThrow();
        HttpResponse<String> second = admin.send(admin.request(PROBE).header("If-None-Match", tag));
        assertThat(second.statusCode()).isEqualTo(304);
        assertThat(second.body()).isEmpty();
        assertThat(second.headers().firstValue("etag")).contains(tag);
    }

    @Test
    void theViewerShowsTheDescriptionOfTheApi() throws Exception {
        assertThat(admin.get("/dashboard/api.html").body()).contains("swagger-ui.js");
        assertThat(admin.get("/dashboard/openapi.json").body())
                .isEqualTo(admin.api("/openapi.json").join().body());
    }

    @Test
    void theRootRedirectsToTheDashboard() throws Exception {
        HttpResponse<String> response = admin.get("/");

        assertThat(response.statusCode()).isEqualTo(302);
        assertThat(response.headers().firstValue("location")).contains("/dashboard");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/dashboard/../app/rodmena/auth/Main.class",
                "/dashboard/%2e%2e/logback.xml",
                "/dashboard/..%2flogback.xml",
                "/dashboard/probe/..%5c..%5clogback.xml",
                "/dashboard//logback.xml",
                "/dashboard/probe/.hidden.txt",
                "/dashboard/probe/probe.class",
                "/dashboard/probe",
                "/dashboard/probe/",
                "/dashboard/%00",
                "/dashboard/probe/probe.js/"
            })
    void otherFilesAreNotServed(String path) throws Exception {
        try (RawClient client = new RawClient(admin.port())) {
            assertThat(client.request("GET " + path).reply().status()).isEqualTo(404);
        }
    }
}
