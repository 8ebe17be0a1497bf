package app.rodmena.auth.faults;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import app.rodmena.auth.faults.Recording.BackendSample;
import app.rodmena.auth.faults.Recording.DiagnosisSample;
import app.rodmena.auth.faults.Recording.HealthSample;
import app.rodmena.auth.faults.Recording.ReadySample;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;

/** Samples the server periodically from outside: health, diagnosis and backends. */
final class Sampler implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long HEALTH_MILLIS = 300;
    private static final long DIAGNOSIS_MILLIS = 250;
    private static final long BACKENDS_MILLIS = 150;

    private final HttpClient http;
    private final ProbedServer server;
    private final Observations observations;

    /** Three threads, so that a blocked query of PostgreSQL does not delay the other samples. */
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(3, task -> {
        Thread thread = new Thread(task, "sampler");
        thread.setDaemon(true);
        return thread;
    });

    private volatile boolean diagnosisUnderWay;
    private Connection postgres;

    Sampler(HttpClient http, ProbedServer server, Observations observations) {
        this.http = http;
        this.server = server;
        this.observations = observations;
        every(HEALTH_MILLIS, this::health);
        every(HEALTH_MILLIS, this::ready);
        every(DIAGNOSIS_MILLIS, this::diagnosis);
        every(BACKENDS_MILLIS, this::backends);
    }

    private void every(long millis, Runnable look) {
        var unused = timer.scheduleWithFixedDelay(
                () -> {
                    try {
                        look.run();
                    } catch (RuntimeException e) {
                        // The next sample may succeed.
                    }
                },
                millis,
                millis,
                MILLISECONDS);
    }

    private void health() {
        Duration sent = observations.now();
        get(server.url() + "/health", answer -> {
            JsonNode numbers =
                    answer == null ? JSON.missingNode() : tree(answer.body()).path("database");
            observations.health.add(new HealthSample(
                    sent,
                    observations.now().minus(sent),
                    answer == null ? 0 : answer.statusCode(),
                    numbers.path("pool_size").asInt(-1),
                    numbers.path("checked_out").asInt(-1),
                    numbers.path("available").asInt(-1),
                    numbers.path("overflow").asInt(-1),
                    numbers.path("total_connections").asInt(-1)));
        });
    }

    private void ready() {
        Duration sent = observations.now();
        get(
                server.url() + "/health/ready",
                answer -> observations.ready.add(new ReadySample(
                        sent, observations.now().minus(sent), answer == null ? 0 : answer.statusCode())));
    }

    private void diagnosis() {
        if (diagnosisUnderWay) {
            return;
        }
        diagnosisUnderWay = true;
        Duration sent = observations.now();
        get(server.adminUrl() + "/diagnosis", answer -> {
            diagnosisUnderWay = false;
            if (answer != null && answer.statusCode() == 200) {
                JsonNode diagnosis = tree(answer.body());
                observations.lookForSecrets("the diagnosis", answer.body());
                observations.diagnoses.add(new DiagnosisSample(
                        sent,
                        diagnosis.path("situation").asText(),
                        diagnosis.path("text").asText()));
            }
        });
    }

    private void backends() {
        Duration sent = observations.now();
        try {
            if (postgres == null) {
                postgres = server.postgres().superuser();
            }
            try (var statement =
                    postgres.prepareStatement("select count(*) from pg_stat_activity where application_name like ?")) {
                statement.setString(1, "auth/" + ProbedServer.INSTANCE + "%");
                try (var row = statement.executeQuery()) {
                    row.next();
                    observations.backends.add(new BackendSample(sent, row.getInt(1)));
                }
            }
        } catch (SQLException e) {
            disconnect();
        }
    }

    private void disconnect() {
        try {
            if (postgres != null) {
                postgres.close();
            }
        } catch (SQLException e) {
            // Already broken: the next sample opens another.
        }
        postgres = null;
    }

    private void get(String url, Consumer<HttpResponse<String>> then) {
        CompletableFuture<HttpResponse<String>> answer = http.sendAsync(
                HttpRequest.newBuilder(URI.create(url))
                        .header("Accept", "application/json")
                        .build(),
                BodyHandlers.ofString());
        var unused = answer.whenComplete((response, failure) -> then.accept(failure == null ? response : null));
    }

    private static JsonNode tree(String body) {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            return JSON.missingNode();
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        try {
            timer.awaitTermination(15, java.util.concurrent.TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        disconnect();
    }
}
