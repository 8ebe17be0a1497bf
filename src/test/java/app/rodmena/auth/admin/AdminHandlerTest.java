package app.rodmena.auth.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.http.HttpPort;
import app.rodmena.auth.http.Response;
import app.rodmena.auth.security.OperatorRole;
import app.rodmena.auth.security.Operators;
import app.rodmena.auth.security.OperatorsFile;
import app.rodmena.auth.security.RemoteConfig;
import app.rodmena.auth.testing.LogOf;
import app.rodmena.auth.testing.TestOperators;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminHandlerTest {
    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void blockingEndpointsDoNotDelayOthers() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        AdminRoutes routes = new AdminRoutes();
        routes.read("/quick", endpointRequest -> Response.text("quick"));
        routes.readBlocking("/slow", endpointRequest -> {
            await().until(() -> released.getCount() == 0);
            return Response.text("slow");
        });
        try (Operators operatorsOff = Operators.anonymous();
                AdminHandler handler =
                        new AdminHandler(routes, RemoteConfig.DEFAULT.originCheck(), 1024, operatorsOff);
                HttpPort port = new HttpPort("test", "127.0.0.1", 0, Optional.empty(), AdminListener.LIMITS, handler)) {
            port.open();
            List<CompletableFuture<HttpResponse<String>>> slow =
                    Stream.generate(() -> send(port, "/slow")).limit(40).toList();
            await().until(() -> slow.stream().filter(CompletableFuture::isDone).count() >= 18);

            assertThat(send(port, "/quick").get().body()).isEqualTo("quick");

            released.countDown();
            for (var response : slow) {
                assertThat(response.get().statusCode()).isIn(200, 503);
            }
            assertThat(slow.stream().filter(response -> response.join().statusCode() == 200))
                    .hasSize(22);
        }
    }

    @Test
    void tooManyLoginAttemptsGet429(@TempDir Path directory) throws Exception {
        OperatorsFile file = TestOperators.add(
                directory, TestAdmin.CONTROL, OperatorRole.CONTROL, TestAdmin.password(TestAdmin.CONTROL));
        AdminRoutes routes = new AdminRoutes();
        routes.read("/page", endpointRequest -> Response.text("page"));
        try (Operators operators = Operators.of(file);
                AdminHandler handler = new AdminHandler(routes, RemoteConfig.DEFAULT.originCheck(), 1024, operators);
                HttpPort port = new HttpPort("test", "127.0.0.1", 0, Optional.empty(), AdminListener.LIMITS, handler)) {
            port.open();
            String guess = TestAdmin.basic(TestAdmin.CONTROL, "guess");
            var guesses = Stream.generate(() -> send(port, "/page", "Authorization", guess))
                    .limit(9)
                    .toArray(CompletableFuture<?>[]::new);

            // Queued attempts are answered after at least a second
            var first = (HttpResponse<?>) CompletableFuture.anyOf(guesses).get();
            assertThat(first.statusCode()).isEqualTo(429);
            assertThat(first.headers().firstValue("retry-after")).isPresent();
        }
    }

    @Test
    void unexpectedErrorsGet500AndAreLogged() throws Exception {
        AdminRoutes routes = new AdminRoutes();
        routes.read("/wrong", endpointRequest -> {
            throw new IllegalArgumentException("internal detail");
        });
        try (Operators operatorsOff = Operators.anonymous();
                AdminHandler handler =
                        new AdminHandler(routes, RemoteConfig.DEFAULT.originCheck(), 1024, operatorsOff);
                HttpPort port = new HttpPort("test", "127.0.0.1", 0, Optional.empty(), AdminListener.LIMITS, handler);
                LogOf log = LogOf.logger("auth.admin")) {
            port.open();
            HttpResponse<String> response = send(port, "/wrong").get();

            assertThat(response.statusCode()).isEqualTo(500);
            assertThat(response.body()).doesNotContain("internal detail");
            assertThat(log.lines()).singleElement().satisfies(line -> {
                assertThat(line).startsWith("GET /wrong failed, error id ").contains("internal detail");
                assertThat(response.body()).contains(line.substring(28, 28 + 16));
            });
        }
    }

    private CompletableFuture<HttpResponse<String>> send(HttpPort port, String path, String... headers) {
        URI uri = URI.create("http://127.0.0.1:" + port.address().getPort() + path);
        HttpRequest.Builder request = HttpRequest.newBuilder(uri);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.sendAsync(request.build(), BodyHandlers.ofString());
    }
}
