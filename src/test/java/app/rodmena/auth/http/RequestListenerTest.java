package app.rodmena.auth.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.testing.RawClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What whoever counts requests is told. */
class RequestListenerTest {
    private record Told(String route, int status) {}

    private final List<Told> told = new CopyOnWriteArrayList<>();
    private final List<Duration> took = new CopyOnWriteArrayList<>();

    private void hear(String route, int status, Duration time) {
        told.add(new Told(route, status));
        took.add(time);
    }

    @Test
    void everyRequestIsToldOnceWithItsRouteAndItsStatus() throws Exception {
        try (TestApi api = new TestApi(TestApi.CONFIG, this::hear)) {
            api.ask("POST", "/api/role/admin");
            api.ask("GET", "/api/members/admin");
            api.ask("HEAD", "/api/members/admin");
            api.ask("GET", "/api/members/no!such");
            api.askAnonymously("GET", "/api/roles");
            api.askAnonymously("GET", "/ping");
            api.ask("DELETE", "/api/roles");
            api.ask("GET", "/api/nothing/here");
            await().untilAsserted(() -> assertThat(told)
                    .containsExactly(
                            new Told("POST /api/role/{role}", 200),
                            new Told("GET /api/members/{role}", 200),
                            new Told("GET /api/members/{role}", 200),
                            new Told("GET /api/members/{role}", 400),
                            new Told("GET /api/roles", 401),
                            new Told("GET /ping", 200),
                            new Told("-", 405),
                            new Told("-", 404)));
            assertThat(took).allSatisfy(time -> assertThat(time).isPositive());
            assertThat(api.listener.inFlight()).isZero();
        }
    }

    @Test
    void aRequestWhoseBodyNeverComesIsToldAsNotAnswered() throws Exception {
        try (TestApi api = new TestApi(TestApi.CONFIG, this::hear)) {
            try (RawClient client = api.raw()) {
                client.send("POST /api/role/admin HTTP/1.1\r\nHost: x\r\n" + api.bearer()
                        + "\r\nContent-Length: 10\r\n\r\n12");
                await().until(() -> api.listener.inFlight() == 1);
            }
            await().untilAsserted(() -> assertThat(told).containsExactly(new Told("POST /api/role/{role}", 499)));
        }
    }

    @Test
    void aRequestIsInFlightUntilItIsAnswered() throws Exception {
        CompletableFuture<Response> pending = new CompletableFuture<>();
        RouteTree routes = new RouteTree()
                .add("GET", "/slow", new Route.Keyed("GET /slow", (caller, key, first, second) -> pending));
        try (TestApi api = new TestApi(TestApi.CONFIG, routes, this::hear)) {
            var response = api.askAsync("GET", "/slow");
            await().until(() -> api.listener.inFlight() == 1);
            assertThat(told).isEmpty();
            pending.complete(Response.bare(true));
            assertThat(response.join().statusCode()).isEqualTo(200);
            await().until(() -> api.listener.inFlight() == 0);
            assertThat(told).containsExactly(new Told("GET /slow", 200));
        }
    }
}
