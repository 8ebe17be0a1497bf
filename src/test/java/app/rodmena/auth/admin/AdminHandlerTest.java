package app.rodmena.auth.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.operators.Operators;
import app.rodmena.auth.operators.RemoteConfig;
import app.rodmena.auth.testing.LogOf;
import app.rodmena.auth.wire.HttpPort;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AdminHandlerTest {
    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void pagesThatWaitKeepNobodyFromThoseThatDoNot() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        Pages pages = new Pages().read("/quick", asked -> Reply.text("quick")).readPatiently("/slow", asked -> {
            await().until(() -> released.getCount() == 0);
            return Reply.text("slow");
        });
        AdminGate gate = new AdminGate(pages, RemoteConfig.DEFAULT.hostNames(), 1024);
        try (Operators nobody = Operators.anonymous();
                AdminHandler handler = new AdminHandler(gate, nobody);
                HttpPort port = new HttpPort("test", "127.0.0.1", 0, Optional.empty(), AdminListener.LIMITS, handler)) {
            port.open();
            List<CompletableFuture<HttpResponse<String>>> slow =
                    Stream.generate(() -> ask(port, "/slow")).limit(40).toList();
            await().until(() -> slow.stream().filter(CompletableFuture::isDone).count() >= 18);

            assertThat(ask(port, "/quick").get().body()).isEqualTo("quick");

            released.countDown();
            for (var answer : slow) {
                assertThat(answer.get().statusCode()).isIn(200, 503);
            }
            assertThat(slow.stream().filter(answer -> answer.join().statusCode() == 200))
                    .hasSize(22);
        }
    }

    @Test
    void aMistakeOfOursIsNotTheClientsFaultAndIsInTheLog() throws Exception {
        Pages pages = new Pages().read("/wrong", asked -> {
            throw new IllegalArgumentException("a mistake of ours");
        });
        AdminGate gate = new AdminGate(pages, RemoteConfig.DEFAULT.hostNames(), 1024);
        try (Operators nobody = Operators.anonymous();
                AdminHandler handler = new AdminHandler(gate, nobody);
                HttpPort port = new HttpPort("test", "127.0.0.1", 0, Optional.empty(), AdminListener.LIMITS, handler);
                LogOf log = LogOf.logger("auth.admin")) {
            port.open();
            HttpResponse<String> answer = ask(port, "/wrong").get();

            assertThat(answer.statusCode()).isEqualTo(500);
            assertThat(answer.body()).doesNotContain("mistake of ours");
            assertThat(log.lines()).singleElement().satisfies(line -> {
                assertThat(line).startsWith("/wrong failed, error id ");
                assertThat(answer.body()).contains(line.substring(line.lastIndexOf(' ') + 1));
            });
        }
    }

    private CompletableFuture<HttpResponse<String>> ask(HttpPort port, String path) {
        URI uri = URI.create("http://127.0.0.1:" + port.address().getPort() + path);
        return http.sendAsync(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
}
