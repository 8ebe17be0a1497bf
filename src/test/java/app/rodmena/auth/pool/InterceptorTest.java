package app.rodmena.auth.pool;

import static app.rodmena.auth.pool.event.PoolEventKind.CHECKOUT;
import static app.rodmena.auth.pool.event.PoolEventKind.CLOSE;
import static app.rodmena.auth.pool.event.PoolEventKind.CONNECT;
import static app.rodmena.auth.pool.event.PoolEventKind.INVALIDATE;
import static app.rodmena.auth.pool.event.PoolEventKind.TIMEOUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import app.rodmena.auth.pool.event.ConnectionCandidate;
import app.rodmena.auth.pool.event.PoolInterceptor;
import app.rodmena.auth.pool.event.RefusalReason;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Interceptors and their vetoes. */
class InterceptorTest {
    private static final PoolSettings ONE = PoolSettings.DEFAULT.withSize(1, 0);

    /** Vetoes the connections in its list. */
    private static final class VetoList implements PoolInterceptor {
        final List<Integer> connectionIds = new CopyOnWriteArrayList<>();
        final List<ConnectionCandidate> seen = new CopyOnWriteArrayList<>();

        @Override
        public Optional<String> veto(ConnectionCandidate candidate) {
            seen.add(candidate);
            return connectionIds.contains(candidate.connectionId()) ? Optional.of("not that one") : Optional.empty();
        }
    }

    @Test
    void aVetoedConnectionIsReplaced() throws Exception {
        try (TestPool test = TestPool.with(ONE)) {
            VetoList vetoes = new VetoList();
            vetoes.connectionIds.add(1);
            test.interceptors.add(vetoes);
            try (Lease lease = test.checkout()) {
                assertThat(lease.physical.id).isEqualTo(2);
            }
            test.awaitCount(CLOSE, 1);
            assertThat(test.kindsOf(1)).containsExactly(CONNECT, INVALIDATE, CLOSE);
            assertThat(test.last(INVALIDATE).cause()).isEqualTo("vetoed by InterceptorTest$VetoList: not that one");
            assertThat(test.last(CLOSE).cause()).isEqualTo("vetoed by InterceptorTest$VetoList: not that one");
            assertThat(test.backends()).isEqualTo(1);
        }
    }

    @Test
    void anInterceptorSeesTheConnectionAndTheCaller() throws Exception {
        try (TestPool test = TestPool.with(ONE)) {
            VetoList vetoes = new VetoList();
            test.interceptors.add(vetoes);
            test.checkout().close();
            try (Lease lease = test.checkout()) {
                ConnectionCandidate candidate = vetoes.seen.get(1);
                assertThat(vetoes.seen).hasSize(2);
                assertThat(candidate.connectionId()).isEqualTo(lease.physical.id);
                assertThat(candidate.backendPid()).isEqualTo(lease.physical.backendPid);
                assertThat(candidate.checkouts()).isEqualTo(1);
                assertThat(candidate.caller()).isEqualTo(TestPool.CALLER);
                assertThat(candidate.age()).isPositive();
            }
        }
    }

    @Test
    void repeatedVetoesEndAtTheDeadlineWithoutFloodingTheDatabase() throws Exception {
        try (TestPool test = TestPool.with(ONE.with(draft -> draft.poolTimeout = Duration.ofMillis(700)))) {
            test.interceptors.add(candidate -> Optional.of("never"));
            long started = System.nanoTime();
            NoConnectionException refusal = catchThrowableOfType(NoConnectionException.class, test::checkout);
            Duration took = Duration.ofNanos(System.nanoTime() - started);
            assertThat(refusal.reason()).isEqualTo(RefusalReason.TIMEOUT);
            assertThat(took).isBetween(Duration.ofMillis(700), Duration.ofSeconds(5));
            assertThat(test.count(TIMEOUT)).isEqualTo(1);
            assertThat(test.count(CHECKOUT)).isZero();
            assertThat(test.count(INVALIDATE)).isBetween(3L, 12L);
            assertThat(test.last(INVALIDATE).cause()).isEqualTo("vetoed by InterceptorTest: never");
        }
    }

    @Test
    void aThrowingInterceptorIsCountedAndVetoesNothing() throws Exception {
        try (TestPool test = TestPool.with(ONE)) {
            VetoList vetoes = new VetoList();
            test.interceptors.add(candidate -> {
                throw new StackOverflowError("on purpose");
            });
            test.interceptors.add(candidate -> {
                throw new SQLException("on purpose");
            });
            test.interceptors.add(vetoes);
            for (int i = 0; i < 3; i++) {
                test.checkout().close();
            }
            assertThat(test.interceptors.failures()).isEqualTo(6);
            assertThat(vetoes.seen).hasSize(3);
            assertThat(test.count(CONNECT)).isEqualTo(1);
        }
    }

    @Test
    void anInterceptorMayQueryButNeitherCloseNorKeepTheConnection() throws Exception {
        try (TestPool test = TestPool.with(ONE)) {
            AtomicReference<String> answer = new AtomicReference<>();
            AtomicReference<SQLException> refused = new AtomicReference<>();
            test.interceptors.add(candidate -> {
                candidate.connection().setAutoCommit(false);
                try (var statement = candidate.connection().createStatement();
                        var rows = statement.executeQuery("show transaction_read_only")) {
                    rows.next();
                    answer.set(rows.getString(1));
                }
                refused.set(catchThrowableOfType(
                        SQLException.class, () -> candidate.connection().close()));
                return Optional.empty();
            });
            try (Lease lease = test.checkout()) {
                assertThat(answer).hasValue("off");
                assertThat(refused.get().getMessage()).contains("only the pool may close");
                assertThat(lease.connection.getAutoCommit()).isTrue();
                assertThat(test.pool.connections().get(0).transaction().name()).isEqualTo("IDLE");
            }
        }
    }

    @Test
    void aConnectionBrokenByAnInterceptorIsNotHandedOut() throws Exception {
        try (TestPool test = TestPool.with(ONE)) {
            test.interceptors.add(candidate -> {
                if (candidate.connectionId() == 1) {
                    test.terminate(candidate.backendPid());
                    try (var statement = candidate.connection().createStatement()) {
                        statement.execute("select 1");
                    }
                }
                return Optional.empty();
            });
            try (Lease lease = test.checkout()) {
                assertThat(lease.physical.id).isEqualTo(2);
            }
            assertThat(test.kindsOf(1)).startsWith(CONNECT, INVALIDATE);
            assertThat(test.interceptors.failures()).isEqualTo(1);
        }
    }

    @Test
    void aRemovedInterceptorIsNotCalled() throws Exception {
        try (TestPool test = TestPool.with(ONE)) {
            VetoList vetoes = new VetoList();
            vetoes.connectionIds.add(1);
            test.interceptors.add(vetoes);
            test.interceptors.remove(vetoes);
            test.checkout().close();
            assertThat(vetoes.seen).isEmpty();
        }
    }
}
