package app.rodmena.auth.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.database.Monitor.Outage;
import app.rodmena.auth.database.activity.Backend;
import app.rodmena.auth.database.activity.Backend.BackendOwner;
import app.rodmena.auth.diagnosis.HoldClassifier.HoldClassification;
import app.rodmena.auth.diagnosis.Observation.CapturedStacks;
import app.rodmena.auth.pool.ConnectionView;
import app.rodmena.auth.postgres.TransactionState;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Verdicts are never based on observations that a race may have caused. */
class HoldClassifierTest {
    private static final Set<Verdict> LOST = EnumSet.of(Verdict.DEAD_BACKEND, Verdict.NETWORK);

    private final Random random = new Random(42);

    @Test
    void aChangeDuringTheObservationIsNormalUse() {
        for (int i = 0; i < 10_000; i++) {
            ConnectionView after = connection(random.nextInt(1, 9), anyState(), anyAge());
            ConnectionView before = connection(0, anyState(), anyAge());
            Optional<ConnectionView> earlier = random.nextBoolean() ? Optional.of(before) : Optional.empty();
            ConnectionObservation observation = new ConnectionObservation(
                    earlier, after, anyAge(), anyBackend(), random.nextBoolean(), CapturedStacks.NONE);
            assertThat(classifier(Optional.empty())
                            .classify(observation, random.nextBoolean())
                            .verdict())
                    .isEqualTo(Verdict.WORKING);
        }
    }

    @Test
    void aLostPeerNeedsASecondObservation() {
        for (int i = 0; i < 10_000; i++) {
            HoldClassification unconfirmed = classifier(Optional.empty()).classify(any(true), false);
            assertThat(LOST).doesNotContain(unconfirmed.verdict());
        }
    }

    @Test
    void aLostPeerHasBeenSilentForASecond() {
        for (int i = 0; i < 10_000; i++) {
            ConnectionObservation observation = any(true);
            HoldClassification confirmed = classifier(Optional.empty()).classify(observation, true);
            if (confirmed.verdict() == Verdict.NETWORK) {
                assertThat(observation.backend().orElseThrow().stateFor().orElseThrow())
                        .isGreaterThanOrEqualTo(Duration.ofSeconds(1));
                assertThat(observation.isReading()).isTrue();
            }
            if (confirmed.verdict() == Verdict.DEAD_BACKEND) {
                assertThat(observation.backend()).isEmpty();
            }
        }
    }

    @Test
    void everyObservationGetsAVerdictWithEvidence() {
        Optional<Outage> outage = Optional.of(new Outage("08001", "refused", Instant.EPOCH, true, Optional.empty()));
        for (int i = 0; i < 10_000; i++) {
            ConnectionObservation observation = any(random.nextBoolean());
            HoldClassification classification = classifier(random.nextBoolean() ? outage : Optional.empty())
                    .classify(observation, random.nextBoolean());
            assertThat(classification.because()).isNotBlank().doesNotContain("null");
            assertThat(observation.evidence()).hasSizeGreaterThanOrEqualTo(2);
            assertThat(classification.evidence())
                    .allSatisfy(fact -> assertThat(fact).isNotBlank().doesNotContain("null"));
        }
    }

    @Test
    void aConnectionThatRunsStatementsIsNoLeak() {
        ConnectionView working = connection(7, TransactionState.IDLE, Duration.ofSeconds(3));
        ConnectionObservation observation = new ConnectionObservation(
                Optional.of(working),
                working,
                Duration.ofMinutes(30),
                Optional.of(backend("idle", "ClientRead", Duration.ofSeconds(3))),
                true,
                CapturedStacks.NONE);
        assertThat(classifier(Optional.empty()).classify(observation, true).verdict())
                .isEqualTo(Verdict.APP_HOLDING);
    }

    private static HoldClassifier classifier(Optional<Outage> outage) {
        return new HoldClassifier(
                Duration.ofSeconds(5),
                Duration.ofSeconds(1),
                Duration.ofSeconds(60),
                outage,
                Optional.empty(),
                Map.of(),
                Map.of());
    }

    private ConnectionObservation any(boolean postgresAnswered) {
        ConnectionView after = connection(5, anyState(), anyAge());
        return new ConnectionObservation(
                Optional.of(connection(5, anyState(), anyAge())),
                after,
                anyAge(),
                postgresAnswered ? anyBackend() : Optional.empty(),
                postgresAnswered,
                CapturedStacks.NONE);
    }

    private TransactionState anyState() {
        List<TransactionState> states = List.of(TransactionState.values());
        return states.get(random.nextInt(states.size()));
    }

    private Duration anyAge() {
        return Duration.ofMillis((long) Math.pow(10, random.nextDouble() * 6));
    }

    private Optional<Backend> anyBackend() {
        List<String> states = List.of("active", "idle", "idle in transaction", "", "disabled");
        List<String> events = List.of("", "ClientRead", "ClientWrite", "relation");
        return random.nextInt(4) == 0
                ? Optional.empty()
                : Optional.of(backend(
                        states.get(random.nextInt(states.size())),
                        events.get(random.nextInt(events.size())),
                        anyAge()));
    }

    private static Backend backend(String state, String waitEvent, Duration stateFor) {
        String type = waitEvent.isEmpty() ? "" : waitEvent.equals("relation") ? "Lock" : "Client";
        return new Backend(
                4123,
                "auth",
                "auth",
                "auth/test",
                "",
                "client backend",
                BackendOwner.POOL,
                state,
                type,
                waitEvent,
                Optional.of(Duration.ofHours(2)),
                Optional.empty(),
                Optional.of(stateFor),
                Optional.of(stateFor),
                "",
                false,
                true,
                false,
                Optional.empty());
    }

    private static ConnectionView connection(long statements, TransactionState state, Duration lastSqlAge) {
        return new ConnectionView(
                1,
                4123,
                ConnectionView.State.IN_USE,
                Duration.ofHours(1),
                7,
                Optional.empty(),
                "/* roles.list */ select",
                Optional.of(lastSqlAge),
                statements,
                state);
    }
}
