package app.rodmena.auth.faults;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.faults.Exchange.Outcome;
import app.rodmena.auth.faults.Recording.BackendSample;
import app.rodmena.auth.faults.Recording.DiagnosisSample;
import app.rodmena.auth.faults.Recording.ExpectedVerdict;
import app.rodmena.auth.faults.Recording.Fault;
import app.rodmena.auth.faults.Recording.HealthSample;
import app.rodmena.auth.faults.Recording.IncidentSample;
import app.rodmena.auth.faults.Recording.Limits;
import app.rodmena.auth.faults.Recording.ProcessSample;
import app.rodmena.auth.faults.Recording.ReadySample;
import app.rodmena.auth.faults.Recording.WriteOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each invariant detects its violations, and reports nothing else. */
class InvariantTest {
    private static final Limits LIMITS = new Limits(5, Duration.ofSeconds(6));
    private static final Duration BEGAN = seconds(10);
    private static final Duration ENDED = seconds(15);
    private static final Duration OVER = seconds(20);
    private static final ProcessSample BASELINE = new ProcessSample(seconds(0), 40, 80, Map.of());

    private final List<Exchange> exchanges = new ArrayList<>();
    private final List<Duration> pending = new ArrayList<>();
    private final List<HealthSample> health = new ArrayList<>();
    private final List<ReadySample> ready = new ArrayList<>();
    private final List<DiagnosisSample> diagnoses = new ArrayList<>();
    private final List<BackendSample> backends = new ArrayList<>();
    private ProcessSample process = BASELINE;
    private final List<String> log = new ArrayList<>();
    private final List<WriteOutcome> writes = new ArrayList<>();
    private final List<IncidentSample> incidents = new ArrayList<>();
    private final List<Violation> leaks = new ArrayList<>();
    private Optional<ExpectedVerdict> verdict = Optional.empty();

    /** Records a service without failures, with responses after 5 ms. */
    @BeforeEach
    void observeAWellService() {
        for (Duration at = seconds(8); at.compareTo(OVER) < 0; at = at.plusMillis(50)) {
            exchanges.add(exchange(at, Outcome.RIGHT, ""));
            health.add(health(at, 200));
            ready.add(new ReadySample(at, Duration.ofMillis(2), 200));
            diagnoses.add(new DiagnosisSample(at, "WELL", "Well"));
            backends.add(new BackendSample(at, 6));
        }
    }

    @Test
    void aWellServiceViolatesNothing() {
        assertViolated("");
    }

    @Test
    void lostAndUnwantedWritesAreFound() {
        writes.add(new WriteOutcome(BEGAN, "kept", true, false, true, ""));
        writes.add(new WriteOutcome(BEGAN, "not-done", false, true, false, "POOL_TIMEOUT"));
        writes.add(new WriteOutcome(BEGAN, "unknown", false, false, true, "DATABASE_DOWN"));
        assertViolated("");
        writes.add(new WriteOutcome(BEGAN, "lost", true, false, false, ""));
        assertViolated("W");
        writes.add(new WriteOutcome(BEGAN, "done", false, true, true, "POOL_TIMEOUT"));
        assertViolated("WW");
    }

    @Test
    void wrongAndOldAnswersAreFound() {
        exchanges.add(exchange(BEGAN, Outcome.WRONG, ""));
        exchanges.add(exchange(BEGAN, Outcome.STALE, ""));
        assertViolated("NN");
    }

    @Test
    void answersOfOtherTenantsAreFound() {
        exchanges.add(exchange(BEGAN, Outcome.FOREIGN, ""));
        assertViolated("T");
    }

    @Test
    void tooManyConnectionsAreFound() {
        backends.add(new BackendSample(BEGAN, 7));
        assertViolated("B");
    }

    @Test
    void inconsistentNumbersAreFound() {
        health.add(new HealthSample(BEGAN, Duration.ofMillis(2), 200, 3, 4, 0, 0, 3));
        health.add(new HealthSample(BEGAN, Duration.ofMillis(2), 200, 3, 1, 3, 0, 3));
        health.add(new HealthSample(BEGAN, Duration.ofMillis(2), 200, 3, 1, 2, 1, 3));
        health.add(new HealthSample(BEGAN, Duration.ofMillis(2), 200, 3, 1, 2, 3, 6));
        assertViolated("FFFF");
    }

    @Test
    void missingAndLateAnswersAreFound() {
        exchanges.add(exchange(BEGAN, Outcome.LOST, ""));
        exchanges.add(exchange(BEGAN, Outcome.UNEXPECTED, ""));
        exchanges.add(new Exchange(0, "GET /api/roles", BEGAN, BEGAN.plusSeconds(7), 503, "", "", Outcome.REFUSED, ""));
        pending.add(BEGAN);
        assertViolated("AAAA");
    }

    @Test
    void slowHealthIsFound() {
        health.replaceAll(sample -> new HealthSample(sample.at(), Duration.ofMillis(1_100), 200, 3, 1, 2, 0, 3));
        assertViolated("H");
    }

    @Test
    void healthyWhileEveryClientIsRefusedIsFound() {
        outage("DATABASE_DOWN");
        assertThat(violated()).contains("H");
        health.clear();
        ready.clear();
        assertThat(violated()).doesNotContain("H");
    }

    @Test
    void unhealthyWhileEveryClientIsServedIsFound() {
        health.add(health(seconds(14), 503));
        ready.add(new ReadySample(seconds(14), Duration.ofMillis(2), 503));
        assertViolated("HH");
    }

    @Test
    void incidentsThatExplainNothingAreFound() {
        incidents.add(new IncidentSample("1", "TIMEOUT", "5 of 5 connections in use", true));
        assertViolated("");
        incidents.add(new IncidentSample("2", "DATABASE_DOWN", "Well: 0 of 5 connections in use", true));
        incidents.add(new IncidentSample("3", "", "", false));
        assertViolated("HH");
    }

    @Test
    void refusalsWithoutIncidentAreFound() {
        for (int i = 0; i < 20; i++) {
            exchanges.add(new Exchange(
                    0, "GET /api/roles", BEGAN, BEGAN.plusSeconds(1), 503, "POOL_TIMEOUT", "", Outcome.REFUSED, ""));
        }
        assertViolated("H");
    }

    @Test
    void aServiceThatIsBackLateIsFound() {
        exchanges.add(exchange(ENDED.plusMillis(900), Outcome.REFUSED, "DATABASE_DOWN"));
        assertViolated("");
        exchanges.add(exchange(ENDED.plusMillis(1_100), Outcome.REFUSED, "DATABASE_DOWN"));
        assertViolated("R");
    }

    @Test
    void leakedThreadsAndDescriptorsAreFound() {
        process = new ProcessSample(OVER, 40 + NothingLeft.TOLERANCE + 1, 80 + NothingLeft.TOLERANCE + 1, Map.of());
        assertViolated("LL");
    }

    @Test
    void eventsOutOfOrderAreFound() {
        log.add("2026-11-26T22:52:34.000Z DEBUG auth.database connect connection=1 pid=7 connect=2.0ms thread=t");
        log.add("2026-11-26T22:52:34.001Z DEBUG auth.database checkout connection=1 pid=7 wait=2.0ms thread=t");
        log.add("2026-11-26T22:52:34.002Z WARN  auth.database connect_failed connect=2.0ms thread=t cause=\"refused\"");
        assertViolated("");
        log.add("2026-11-26T22:52:34.003Z DEBUG auth.database checkout connection=1 pid=7 wait=2.0ms thread=t");
        assertViolated("E");
    }

    @Test
    void wellWhileClientsFailIsFound() {
        outage("POOL_TIMEOUT");
        assertThat(violated()).contains("D");
        diagnoses.replaceAll(sample -> new DiagnosisSample(sample.at(), "EXHAUSTED", "5 of 5 connections in use"));
        assertThat(violated()).doesNotContain("D");
    }

    @Test
    void wellWhileClientsWaitIsFound() {
        exchanges.clear();
        for (int i = 0; i < 5; i++) {
            exchanges.add(
                    new Exchange(0, "GET /api/roles", BEGAN, BEGAN.plusSeconds(5), 200, "", "", Outcome.RIGHT, ""));
        }
        assertThat(violated()).contains("D");
    }

    @Test
    void databaseDownWhileEveryClientIsServedIsFound() {
        diagnoses.add(new DiagnosisSample(seconds(14), "DATABASE_DOWN", "Database down"));
        assertViolated("D");
    }

    @Test
    void aMissingVerdictIsFound() {
        verdict = Optional.of(new ExpectedVerdict(
                "EXHAUSTED", sample -> sample.situation().equals("EXHAUSTED"), Duration.ofSeconds(1)));
        diagnoses.add(new DiagnosisSample(BEGAN.plusMillis(1_500), "EXHAUSTED", "5 of 5 connections in use"));
        assertViolated("D");
        diagnoses.add(new DiagnosisSample(BEGAN.plusMillis(500), "EXHAUSTED", "5 of 5 connections in use"));
        assertViolated("");
    }

    @Test
    void secretsAreFound() {
        Observations observations = new Observations(List.of("secret"));
        observations.lookForSecrets("the log", "nothing in it");
        assertThat(observations.leaks).isEmpty();
        observations.lookForSecrets("the log", "password=secret");
        leaks.addAll(observations.leaks);
        assertViolated("S");
    }

    /** Replaces the response to every request sent during the fault with a refusal. */
    private void outage(String reason) {
        exchanges.replaceAll(exchange ->
                exchange.sent().compareTo(BEGAN) >= 0 && exchange.sent().compareTo(ENDED) < 0
                        ? exchange(exchange.sent(), Outcome.REFUSED, reason)
                        : exchange);
    }

    private void assertViolated(String letters) {
        assertThat(violated()).isEqualTo(letters);
    }

    private String violated() {
        StringBuilder letters = new StringBuilder();
        Invariant.violations(recording()).forEach(violation -> letters.append(violation.invariant()));
        return letters.toString();
    }

    private Recording recording() {
        return new Recording(
                LIMITS,
                new Fault("a fault", BEGAN, ENDED, seconds(1), 0, verdict),
                exchanges,
                pending,
                health,
                ready,
                diagnoses,
                backends,
                BASELINE,
                process,
                log,
                writes,
                incidents,
                leaks);
    }

    private static Exchange exchange(Duration at, Outcome outcome, String reason) {
        int status = outcome == Outcome.REFUSED ? 503 : 200;
        String incident = outcome == Outcome.REFUSED ? "1" : "";
        return new Exchange(0, "GET /api/roles", at, at.plusMillis(5), status, reason, incident, outcome, "");
    }

    private static HealthSample health(Duration at, int status) {
        return new HealthSample(at, Duration.ofMillis(2), status, 3, 1, 2, 0, 3);
    }

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }
}
