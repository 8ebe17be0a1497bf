package app.rodmena.auth.faults;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.faults.Exchange.Outcome;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;

/** One tenant's client: sends requests with known responses, and writes that are verified later. */
final class ProbeClient {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ROLE = "editors";
    private static final String VISITORS = "visitors";
    private static final long PAUSE_MILLIS = 300;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final int tenant;
    final String key;
    private final int tenants;
    private final HttpClient http;
    private final String url;
    private final Observations observations;
    private int asked;
    private int roles;

    /** @param keys the client keys of all tenants */
    ProbeClient(int tenant, List<String> keys, HttpClient http, String url, Observations observations) {
        this.tenant = tenant;
        this.tenants = keys.size();
        this.key = keys.get(tenant);
        this.http = http;
        this.url = url;
        this.observations = observations;
    }

    /** Creates the roles, permissions and members that later requests refer to; repeats what a slow machine refuses. */
    void prepare() {
        List.of(
                        "role/" + ROLE,
                        "permission/%s/%s".formatted(ROLE, permission(tenant)),
                        "membership/alice/" + ROLE,
                        "membership/tenant-%d/%s".formatted(tenant, ROLE),
                        "role/" + VISITORS,
                        "permission/%s/visit".formatted(VISITORS))
                .forEach(path -> await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(send(ProbeRequest.write("POST", "/api/" + path))
                                        .join())
                                .matches(Exchange::right)));
    }

    private static String permission(int tenant) {
        return "of-tenant-" + tenant;
    }

    /** Sends the next request of the fixed sequence; does not block. */
    void askNext() {
        int turn = asked++;
        int about = turn % tenants;
        var unused = switch (turn % 6) {
            case 0, 2, 4 -> send(ProbeRequest.check("alice", permission(about), about == tenant));
            case 1 -> createRole();
            case 3 -> send(ProbeRequest.members(ROLE, tenant));
            default -> send(everyPermission());
        };
    }

    private ProbeRequest everyPermission() {
        String[] permissions = new String[tenants];
        boolean[] expected = new boolean[tenants];
        for (int i = 0; i < tenants; i++) {
            permissions[i] = permission(i);
            expected[i] = i == tenant;
        }
        return ProbeRequest.batch("alice", permissions, expected, Outcome.WRONG);
    }

    private CompletableFuture<Exchange> createRole() {
        String role = "role-%d".formatted(roles++);
        return send(ProbeRequest.write("POST", "/api/role/" + role)).thenApply(exchange -> {
            observations.wrote(this, role, exchange);
            return exchange;
        });
    }

    /**
     * Adds and removes a membership in turns, each after the previous step: checks sent after an acknowledged change
     * must reflect it.
     */
    void changeAndRead(ScheduledExecutorService timer, boolean member) {
        var unused = send(ProbeRequest.write(member ? "POST" : "DELETE", "/api/membership/visitor/" + VISITORS))
                .thenCompose(written -> written.right() ? readBack(member) : CompletableFuture.completedFuture(null))
                .whenComplete((read, failure) -> later(timer, () -> changeAndRead(timer, !member)));
    }

    private static void later(ScheduledExecutorService timer, Runnable task) {
        if (!timer.isShutdown()) {
            var unused = timer.schedule(task, PAUSE_MILLIS, MILLISECONDS);
        }
    }

    private CompletableFuture<?> readBack(boolean member) {
        return CompletableFuture.allOf(
                send(ProbeRequest.check("visitor", "visit", member, Outcome.STALE)),
                send(ProbeRequest.batch("visitor", new String[] {"visit"}, new boolean[] {member}, Outcome.STALE)));
    }

    CompletableFuture<Exchange> send(ProbeRequest question) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + question.path()))
                .method(
                        question.method(),
                        question.body().isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(question.body()))
                .header("Authorization", "Bearer " + key)
                .build();
        Duration sent = observations.sending();
        return http.sendAsync(request, BodyHandlers.ofString())
                .handle((answer, failure) -> observations.answered(
                        failure == null ? exchange(question, sent, answer) : lost(question, sent, failure)));
    }

    private Exchange exchange(ProbeRequest question, Duration sent, HttpResponse<String> answer) {
        String body = answer.body();
        observations.lookForSecrets("an answer of " + question.path(), body);
        JsonNode details = answer.statusCode() == 503 ? details(body) : JSON.missingNode();
        Outcome outcome = switch (answer.statusCode()) {
            case 200 -> question.classify().apply(body);
            case 503 -> Outcome.REFUSED;
            default -> Outcome.UNEXPECTED;
        };
        return new Exchange(
                tenant,
                question.method() + " " + question.path(),
                sent,
                observations.now(),
                answer.statusCode(),
                details.path("reason").asText(""),
                details.path("incident").asText(""),
                outcome,
                body.substring(0, Math.min(300, body.length())));
    }

    private Exchange lost(ProbeRequest question, Duration sent, Throwable failure) {
        return new Exchange(
                tenant,
                question.method() + " " + question.path(),
                sent,
                observations.now(),
                0,
                "",
                "",
                Outcome.LOST,
                String.valueOf(failure));
    }

    private static JsonNode details(String body) {
        try {
            return JSON.readTree(body).path("details");
        } catch (IOException e) {
            return JSON.missingNode();
        }
    }
}
