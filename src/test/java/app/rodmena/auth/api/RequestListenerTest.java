package app.rodmena.auth.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.api.Routes.Endpoint;
import app.rodmena.auth.http.Response;
import app.rodmena.auth.http.Router;
import app.rodmena.auth.testing.RawClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Requests as they are reported to a {@link RequestListener}. */
class RequestListenerTest {
    private record ReportedRequest(String route, int status) {}

    private final List<ReportedRequest> reported = new CopyOnWriteArrayList<>();
    private final List<Duration> durations = new CopyOnWriteArrayList<>();

    private void record(String route, int status, Duration time) {
        reported.add(new ReportedRequest(route, status));
        durations.add(time);
    }

    @Test
    void everyRequestIsReportedOnceWithRouteAndStatus() throws Exception {
        try (TestApi api = new TestApi(TestApi.CONFIG, this::record)) {
            api.send("POST", "/api/role/admin");
            api.send("GET", "/api/members/admin");
            api.send("HEAD", "/api/members/admin");
            api.send("GET", "/api/members/no!such");
            api.sendWithoutKey("GET", "/api/roles");
            api.sendWithoutKey("GET", "/ping");
            api.send("DELETE", "/api/roles");
            api.send("GET", "/api/nothing/here");
            await().untilAsserted(() -> assertThat(reported)
                    .containsExactly(
                            new ReportedRequest("POST /api/role/{role}", 200),
                            new ReportedRequest("GET /api/members/{role}", 200),
                            new ReportedRequest("GET /api/members/{role}", 200),
                            new ReportedRequest("GET /api/members/{role}", 400),
                            new ReportedRequest("GET /api/roles", 401),
                            new ReportedRequest("GET /ping", 200),
                            new ReportedRequest("-", 405),
                            new ReportedRequest("-", 404)));
            assertThat(durations).allSatisfy(time -> assertThat(time).isPositive());
            assertThat(api.listener.inFlight()).isZero();
        }
    }

    @Test
    void aRequestWithAnIncompleteBodyIsReportedAs499() throws Exception {
        try (TestApi api = new TestApi(TestApi.CONFIG, this::record)) {
            try (RawClient client = api.raw()) {
                client.send("POST /api/role/admin HTTP/1.1\r\nHost: x\r\n" + api.bearer()
                        + "\r\nContent-Length: 10\r\n\r\n12");
                await().until(() -> api.listener.inFlight() == 1);
            }
            await().untilAsserted(() ->
                    assertThat(reported).containsExactly(new ReportedRequest("POST /api/role/{role}", 499)));
        }
    }

    @Test
    void requestsAreInFlightUntilAnswered() throws Exception {
        CompletableFuture<Response> pending = new CompletableFuture<>();
        Router<Endpoint> routes = new Router<Endpoint>().add("GET", "/slow", new Endpoint.Keyed(request -> pending));
        try (TestApi api = new TestApi(TestApi.CONFIG, routes, this::record)) {
            var response = api.sendAsync("GET", "/slow");
            await().until(() -> api.listener.inFlight() == 1);
            assertThat(reported).isEmpty();
            pending.complete(ResponseBodies.bare(true));
            assertThat(response.join().statusCode()).isEqualTo(200);
            await().until(() -> api.listener.inFlight() == 0);
            assertThat(reported).containsExactly(new ReportedRequest("GET /slow", 200));
        }
    }
}
