package app.rodmena.auth.faults;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.faults.Recording.DiagnosisSample;
import app.rodmena.auth.faults.Recording.ExpectedVerdict;
import app.rodmena.auth.faults.Recording.Fault;
import app.rodmena.auth.faults.Recording.HealthSample;
import app.rodmena.auth.faults.Recording.IncidentSample;
import app.rodmena.auth.faults.Recording.Limits;
import app.rodmena.auth.faults.Recording.ProcessSample;
import app.rodmena.auth.faults.Recording.WriteOutcome;
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
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.core.ThrowingRunnable;

/**
 * Runs clients of three tenants and samplers against one server until it is stopped. A scenario is
 * {@code probe.scenario("…").during(fault)}: it waits for a steady service, injects the fault, waits for the recovery
 * and fails with all violations of the invariants in between.
 */
final class Probe {
    private static final int TENANTS = 3;

    /** The interval between requests; the tenants take turns. */
    private static final long EVERY_MILLIS = 60;

    /** The service is steady after this time without a failure. */
    private static final Duration STEADY = Duration.ofMillis(700);

    private static final int MOST_LINES = 5;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration ONE_SECOND = Duration.ofSeconds(1);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final ProbedServer server;
    private final Limits limits;
    private final Observations observations;
    private final List<ProbeClient> clients;
    private final Sampler sampler;
    private final ProcessSample baseline;
    private final Set<String> incidentsBefore = new HashSet<>();
    private volatile Optional<ExpectedVerdict> expectedVerdict = Optional.empty();
    private int turn;

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "probe-clients");
        thread.setDaemon(true);
        return thread;
    });

    Probe(ProbedServer server, Limits limits) throws Exception {
        this.server = server;
        this.limits = limits;
        List<String> keys = Stream.generate(() -> UUID.randomUUID().toString())
                .limit(TENANTS)
                .toList();
        List<String> secrets = new ArrayList<>(keys);
        secrets.add(ProbedServer.PASSWORD);
        observations = new Observations(secrets);
        clients = IntStream.range(0, TENANTS)
                .mapToObj(tenant -> new ProbeClient(tenant, keys, http, server.url(), observations))
                .toList();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(get(server.url() + "/health/ready"))
                        .as(() -> String.join("\n", server.logLines()))
                        .extracting(HttpResponse::statusCode)
                        .isEqualTo(200));
        clients.forEach(ProbeClient::prepare);
        sampler = new Sampler(http, server, observations);
        var unused = timer.scheduleAtFixedRate(
                () -> clients.get(turn++ % TENANTS).askNext(), EVERY_MILLIS, EVERY_MILLIS, MILLISECONDS);
        clients.forEach(client -> client.changeAndRead(timer, true));
        awaitSteadyService();
        incidents(List.of());
        baseline = server.process(observations.now());
    }

    Scenario scenario(String fault) {
        return new Scenario(fault);
    }

    /** A fault to inject, and the expectations beside the invariants. Not thread-safe. */
    final class Scenario {
        private final String name;
        private Duration recovery = ONE_SECOND.multipliedBy(Invariant.SLOW_MACHINE);
        private int undelivered;
        private Optional<ExpectedVerdict> verdict = Optional.empty();

        private Scenario(String name) {
            this.name = name;
        }

        /** Sets the time limit of the recovery; the default is one second. */
        Scenario recoversWithin(Duration time) {
            recovery = time.multipliedBy(Invariant.SLOW_MACHINE);
            return this;
        }

        /**
         * Expects that PostgreSQL keeps the backends of all open connections, because it does not receive their close.
         */
        Scenario losingConnections() {
            undelivered = limits.connections() + 1;
            return this;
        }

        /** Expects a matching diagnosis within a second after the begin of the fault. */
        Scenario expecting(String what, Predicate<DiagnosisSample> matches) {
            return expecting(what, matches, ONE_SECOND);
        }

        Scenario expecting(String what, Predicate<DiagnosisSample> matches, Duration within) {
            verdict = Optional.of(new ExpectedVerdict(what, matches, within.multipliedBy(Invariant.SLOW_MACHINE)));
            return this;
        }

        /**
         * Runs the scenario.
         *
         * @param fault injects the fault, and ends it before it returns
         * @return the observations, for further assertions
         * @throws AssertionError if an invariant is violated
         */
        Recording during(ThrowingRunnable fault) throws Exception {
            awaitSteadyService();
            observations.forget();
            expectedVerdict = verdict;
            int logBefore = server.logLines().size();
            Duration began = observations.now();
            try {
                fault.run();
            } catch (Exception | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
            Duration ended = observations.now();
            awaitRecovery(ended);
            Recording recording = recording(new Fault(name, began, ended, recovery, undelivered, verdict), logBefore);
            report(recording);
            return recording;
        }

        private void awaitRecovery(Duration ended) {
            try {
                await().atMost(PATIENCE)
                        .pollInterval(Duration.ofMillis(50))
                        .until(() -> observations.now().minus(ended).compareTo(STEADY) > 0
                                && isSteady()
                                && observations.pending().stream().allMatch(sent -> sent.compareTo(ended) > 0)
                                && isBackAtBaseline());
            } catch (ConditionTimeoutException e) {
                // The invariants report a service that has not recovered.
            }
        }
    }

    /** The duration of a fault: this time, or ten times as long with {@code -Dfaults.full=true}. */
    static Duration lasting(Duration time) {
        return time.multipliedBy(Boolean.getBoolean("faults.full") ? 10 : 1);
    }

    /** Waits while the clients continue, for example during a fault. */
    void observe(Duration time) {
        await().atMost(time.plus(PATIENCE)).pollDelay(time).until(() -> true);
    }

    /**
     * Waits for this time, and longer on a slow machine, until the expected diagnosis has appeared or its time limit is
     * over.
     */
    void observeUntilDiagnosed(Duration time) {
        observe(time);
        ExpectedVerdict expected = expectedVerdict.orElseThrow();
        try {
            await().atMost(expected.within())
                    .until(() -> observations.diagnoses.stream().anyMatch(expected.matches()));
        } catch (ConditionTimeoutException e) {
            // The invariant reports the missing diagnosis.
        }
    }

    /** Waits until this number of requests sent after the call are refused. */
    void awaitRefusals(int count) {
        awaitExchanges(Exchange::refused, count);
    }

    /** Waits until this number of requests sent after the call are answered right. */
    void awaitRightAnswers(int count) {
        awaitExchanges(Exchange::right, count);
    }

    private void awaitExchanges(Predicate<Exchange> matches, int count) {
        Duration now = observations.now();
        await().atMost(PATIENCE)
                .until(() -> observations.exchanges.stream()
                                .filter(exchange -> matches.test(exchange)
                                        && exchange.sent().compareTo(now) >= 0)
                                .count()
                        >= count);
    }

    private void awaitSteadyService() {
        try {
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(() -> isSteady() && isHealthy());
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    "The service is not well before a fault: "
                            + observations.exchanges.stream()
                                    .filter(exchange -> !exchange.right())
                                    .reduce((one, other) -> other)
                            + ", %d answers, pending since %s, now %s"
                                    .formatted(
                                            observations.exchanges.size(), observations.pending(), observations.now()),
                    e);
        }
    }

    private boolean isSteady() {
        Duration now = observations.now();
        Duration since = now.minus(STEADY);
        Duration recently = now.minus(ONE_SECOND.multipliedBy(Invariant.SLOW_MACHINE));
        List<Exchange> recent = observations.exchanges.stream()
                .filter(exchange -> exchange.answered().compareTo(since) > 0)
                .toList();
        return recent.size() >= 10
                && recent.stream().allMatch(Exchange::right)
                && observations.pending().stream().allMatch(sent -> sent.compareTo(recently) > 0);
    }

    /** Whether the latest answer of /health is "healthy", which may follow the clients' answers by seconds. */
    private boolean isHealthy() {
        return observations.health.stream()
                .reduce((one, other) -> other)
                .filter(HealthSample::healthy)
                .isPresent();
    }

    private boolean isBackAtBaseline() {
        ProcessSample now = server.process(observations.now());
        return now.threads() <= baseline.threads() + NothingLeft.TOLERANCE
                && now.descriptors() <= baseline.descriptors() + NothingLeft.TOLERANCE;
    }

    private Recording recording(Fault fault, int logBefore) throws Exception {
        ProcessSample process = server.process(observations.now());
        List<Duration> pending = observations.pending();
        List<Exchange> exchanges = List.copyOf(observations.exchanges);
        List<IncidentSample> incidents = incidents(exchanges);
        List<String> log = server.logLines();
        observations.lookForSecrets(
                "the log", String.join("\n", log.subList(Math.min(logBefore, log.size()), log.size())));
        return new Recording(
                limits,
                fault,
                exchanges,
                pending,
                List.copyOf(observations.health),
                List.copyOf(observations.ready),
                sorted(observations.diagnoses, Comparator.comparing(DiagnosisSample::at)),
                List.copyOf(observations.backends),
                baseline,
                process,
                log,
                writes(),
                incidents,
                List.copyOf(observations.leaks));
    }

    private static <T> List<T> sorted(Collection<T> samples, Comparator<T> order) {
        return samples.stream().sorted(order).toList();
    }

    private static void report(Recording recording) {
        List<Violation> violations = Invariant.violations(recording);
        if (!violations.isEmpty()) {
            Fault fault = recording.fault();
            throw new AssertionError(String.format(
                    Locale.ROOT,
                    "%s, from %.3f s to %.3f s: %d violations%s",
                    fault.name(),
                    fault.began().toNanos() / 1e9,
                    fault.ended().toNanos() / 1e9,
                    violations.size(),
                    lines(violations)));
        }
    }

    /** Formats the first violations of each invariant, sorted by time. */
    private static String lines(List<Violation> violations) {
        Map<Character, Integer> shown = new HashMap<>();
        StringBuilder lines = new StringBuilder();
        for (Violation violation : violations) {
            if (shown.merge(violation.invariant(), 1, Integer::sum) <= MOST_LINES) {
                lines.append("\n  ").append(violation);
            }
        }
        shown.forEach((invariant, count) -> lines.append(
                count > MOST_LINES ? "\n  and %d more of %s".formatted(count - MOST_LINES, invariant) : ""));
        return lines.toString();
    }

    private List<WriteOutcome> writes() throws SQLException {
        // Copied before the query, which does not see what is written and acknowledged after it.
        List<Observations.Write> written = List.copyOf(observations.writes);
        Set<String> found = new HashSet<>();
        try (Connection connection = server.postgres().superuser(ProbedServer.DATABASE);
                var statement = connection.createStatement();
                var rows = statement.executeQuery("select creator, role from auth_group where is_active")) {
            while (rows.next()) {
                found.add(rows.getString(1) + rows.getString(2));
            }
        }
        return written.stream()
                .map(write -> new WriteOutcome(
                        write.exchange().answered(),
                        write.role(),
                        write.exchange().right(),
                        write.notDone(),
                        found.contains(write.key() + write.role()),
                        write.exchange().reason()))
                .toList();
    }

    /** The incidents that are new, and those named in responses that the server does not know. */
    private List<IncidentSample> incidents(List<Exchange> exchanges) throws Exception {
        List<IncidentSample> samples = new ArrayList<>();
        for (JsonNode incident :
                JSON.readTree(get(server.adminUrl() + "/incidents").body())) {
            String id = incident.path("id").asText();
            if (incidentsBefore.add(id)) {
                HttpResponse<String> whole = get(server.adminUrl() + "/incidents/" + id);
                observations.lookForSecrets("incident " + id, whole.body());
                samples.add(new IncidentSample(
                        id,
                        incident.path("cause").asText(),
                        incident.path("sentence").asText(),
                        true));
            }
        }
        Set<String> named = exchanges.stream()
                .map(Exchange::incident)
                .filter(id -> !id.isEmpty())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        for (String id : named) {
            if (get(server.adminUrl() + "/incidents/" + id).statusCode() != 200) {
                samples.add(new IncidentSample(id, "", "", false));
            }
        }
        return samples;
    }

    private HttpResponse<String> get(String url) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(url))
                        .header("Accept", "application/json")
                        .build(),
                BodyHandlers.ofString());
    }

    /** Stops the clients and waits until no connection is checked out and the overflow is closed. */
    void awaitBaseline() {
        endClients();
        await().atMost(PATIENCE).untilAsserted(() -> {
            JsonNode numbers =
                    JSON.readTree(get(server.url() + "/health").body()).path("database");
            assertThat(numbers.path("checked_out").asInt()).isZero();
            assertThat(numbers.path("overflow").asInt()).isZero();
        });
    }

    private void endClients() {
        timer.shutdownNow();
        await().atMost(PATIENCE).until(() -> observations.pending().isEmpty());
    }

    /** Stops the clients and samplers, and searches the MBeans and the output for secrets. */
    void stop() throws Exception {
        try {
            endClients();
            observations.lookForSecrets(
                    "the MBeans",
                    get(server.jolokiaUrl() + "/read/app.rodmena.auth:*").body());
            observations.lookForSecrets(
                    "Hikari's MBeans",
                    get(server.jolokiaUrl() + "/read/com.zaxxer.hikari:*").body());
            observations.lookForSecrets("the output", server.out());
            assertThat(observations.leaks).isEmpty();
        } finally {
            sampler.close();
        }
    }
}
