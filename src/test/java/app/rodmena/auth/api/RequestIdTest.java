package app.rodmena.auth.api;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.api.Routes.Endpoint;
import app.rodmena.auth.database.DatabaseFailure;
import app.rodmena.auth.database.DatabaseFailure.Reason;
import app.rodmena.auth.http.Router;
import app.rodmena.auth.pool.event.RequestIds;
import app.rodmena.auth.testing.RawClient;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The headers X-Request-ID and traceparent. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RequestIdTest {
    private static final String GENERATED = "[0-9a-z]{8}-[0-9a-z]+";
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    private final AtomicReference<RequestIds> seen = new AtomicReference<>();
    private TestApi api;

    @BeforeAll
    void start() throws Exception {
        api = new TestApi(
                TestApi.CONFIG,
                new Router<Endpoint>()
                        .add("GET", "/ids", new Endpoint.Keyed(request -> {
                            seen.set(request.caller().ids());
                            return CompletableFuture.completedFuture(ResponseBodies.bare(true));
                        }))
                        .add(
                                "GET",
                                "/fails",
                                new Endpoint.Keyed(request -> CompletableFuture.failedFuture(
                                        new DatabaseFailure(Reason.POOL_TIMEOUT, "late", null)))));
    }

    @AfterAll
    void stop() {
        api.close();
    }

    /** The id in the response, which is also the caller's. */
    private String idOf(String... headers) throws Exception {
        try (RawClient client = api.raw()) {
            String[] all = new String[headers.length + 1];
            all[0] = api.bearer();
            System.arraycopy(headers, 0, all, 1, headers.length);
            RawClient.Reply reply = client.request("GET /ids", all).reply();
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.header("x-request-id")).isEqualTo(seen.get().requestId());
            return reply.header("x-request-id");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "f058ebd6-02f7-4d3f-942e-904344e8cde5",
                "Root=1-67891233-abcdef012345678912345678",
                "user@host:7/a+b_c.d"
            })
    void aValidIdIsTaken(String id) throws Exception {
        assertThat(idOf("X-Request-ID: " + id)).isEqualTo(id);
        assertThat(idOf("x-request-id:   " + id + "  ")).isEqualTo(id);
    }

    @Test
    void theLongestValidIdIsTaken() throws Exception {
        assertThat(idOf("X-Request-ID: " + "x".repeat(128))).hasSize(128);
        assertThat(idOf("X-Request-ID: " + "x".repeat(129))).matches(GENERATED);
        assertThat(idOf("X-Request-ID: " + "x".repeat(8_000))).matches(GENERATED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a b",
                "a,b",
                "<script>alert(1)</script>",
                "a\"b",
                "a'b",
                "a\\b",
                "${jndi:ldap://x}",
                "a\tb",
                "a\u00e4b",
                "%0d%0aSet-Cookie:x"
            })
    void anInvalidIdIsReplaced(String id) throws Exception {
        assertThat(idOf("X-Request-ID: " + id)).matches(GENERATED);
    }

    @Test
    void anIdWithALineBreakIsNotReflected() throws Exception {
        for (String bytes : List.of("a\rSet-Cookie: x", "a\nSet-Cookie: x", "a\0b")) {
            try (RawClient client = api.raw()) {
                RawClient.Reply reply = client.send("GET /ids HTTP/1.1\r\nHost: h\r\n%s\r\nX-Request-ID: %s\r\n\r\n"
                                .formatted(api.bearer(), bytes))
                        .reply();

                assertThat(reply.headers()).doesNotContainKey("set-cookie");
                assertThat(reply.headers().getOrDefault("x-request-id", "")).doesNotStartWith("a");
            }
        }
    }

    @Test
    void oneOfTwoIdsIsNotChosen() throws Exception {
        assertThat(idOf("X-Request-ID: a", "X-Request-ID: b")).matches(GENERATED);
        assertThat(idOf("X-Request-ID: a", "X-Request-ID: a")).matches(GENERATED);
    }

    @Test
    void theClientKeyIsNoId() throws Exception {
        assertThat(idOf("X-Request-ID: " + api.key)).matches(GENERATED);
        assertThat(idOf("X-Request-ID: request-" + api.key.toUpperCase(Locale.ROOT)))
                .matches(GENERATED);
    }

    @Test
    void generatedIdsDiffer() throws Exception {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            assertThat(ids.add(idOf())).isTrue();
        }
    }

    @Test
    void everyResponseHasTheId() throws Exception {
        try (RawClient client = api.raw()) {
            for (String line : List.of("GET /nowhere", "DELETE /ids", "OPTIONS /ids", "OPTIONS *", "GET /ids")) {
                assertThat(client.request(line, "X-Request-ID: abc").reply().header("x-request-id"))
                        .as(line)
                        .isEqualTo("abc");
            }
        }
    }

    @Test
    void theBodyOfA503HasTheId() throws Exception {
        try (RawClient client = api.raw()) {
            RawClient.Reply reply = client.request("GET /fails", api.bearer(), "X-Request-ID: abc")
                    .reply();

            assertThat(reply.status()).isEqualTo(503);
            assertThat(reply.body()).contains("\"details\":{\"reason\":\"POOL_TIMEOUT\",\"request_id\":\"abc\"}");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = true, textBlock = """
            00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01         | true
            00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00         | true
            00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff         | true
            cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01         | true
            cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-later   | true
            cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01later    | false
            cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.later   | false
            00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-later   | false
            00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-        | false
            ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01         | false
            0-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01          | false
            00-00000000000000000000000000000000-00f067aa0ba902b7-01         | false
            00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01         | false
            00-4BF92F3577B34DA6A3CE929D0E0E4736-00F067AA0BA902B7-01         | false
            00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1          | false
            00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7            | false
            00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01          | false
            00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01         | false
            00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01         | false
            """)
    void aTraceIdIsTakenFromAValidHeaderOnly(String traceparent, boolean valid) throws Exception {
        idOf("traceparent: " + traceparent);

        assertThat(seen.get().traceId()).isEqualTo(valid ? TRACE : "");
    }

    @Test
    void twoTraceparentsAreNone() throws Exception {
        String traceparent = "traceparent: 00-%s-00f067aa0ba902b7-01".formatted(TRACE);
        idOf(traceparent);
        assertThat(seen.get().traceId()).isEqualTo(TRACE);

        idOf(traceparent, traceparent);
        assertThat(seen.get().traceId()).isEmpty();
    }
}
