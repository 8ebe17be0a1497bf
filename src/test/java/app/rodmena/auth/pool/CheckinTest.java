package app.rodmena.auth.pool;

import static app.rodmena.auth.pool.TestPool.CALLER;
import static app.rodmena.auth.pool.event.PoolEventKind.CHECKIN;
import static app.rodmena.auth.pool.event.PoolEventKind.CHECKOUT;
import static app.rodmena.auth.pool.event.PoolEventKind.CLOSE;
import static app.rodmena.auth.pool.event.PoolEventKind.CONNECT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** Check-ins in every state that a caller may leave a connection in. */
class CheckinTest {
    private static final PoolSettings ONE = PoolSettings.DEFAULT.withSize(1, 0);

    @Test
    void anOpenTransactionIsNotHandedToTheNextCaller() throws Exception {
        try (TestPool test = TestPool.with(PoolSettings.DEFAULT.withSize(1, 0))) {
            for (String begun : List.of("begin", "begin; create temp table t as select 1")) {
                try (Lease lease = test.checkout();
                        var statement = lease.connection.createStatement()) {
                    statement.execute(begun);
                }
                try (Lease lease = test.checkout();
                        var statement = lease.connection.createStatement()) {
                    assertThatThrownBy(() -> statement.execute("savepoint s"))
                            .hasMessageContaining("can only be used in transaction blocks");
                    assertThatThrownBy(() -> statement.execute("table t")).hasMessageContaining("does not exist");
                }
            }
            assertThat(test.count(CONNECT)).isEqualTo(1);
        }
    }

    @Test
    void uncommittedChangesAreRolledBack() throws Exception {
        try (TestPool test = TestPool.with(ONE)) {
            try (Lease lease = test.checkout()) {
                lease.connection.setAutoCommit(false);
                execute(lease.connection, "create temporary table t (id int)");
            }
            try (Lease lease = test.checkout()) {
                assertThat(lease.connection.getAutoCommit()).isTrue();
                assertThatThrownBy(() -> execute(lease.connection, "select * from t"))
                        .hasMessageContaining("does not exist");
            }
        }
    }

    @Test
    void closingALeaseTwiceReleasesOnePermit() throws Exception {
        try (TestPool test = TestPool.with(ONE)) {
            Lease first = test.checkout();
            first.close();
            Lease second = test.checkout();
            first.close();
            var third = test.pool.call(CALLER, connection -> 3).toCompletableFuture();
            assertThat(test.pool.snapshot()).isEqualTo(new PoolSnapshot(1, 0, 1, 1, 1));
            second.close();
            assertThat(third.join()).isEqualTo(3);
        }
    }

    @Test
    void theConnectionMayBeClosedBeforeTheLease() throws Exception {
        try (TestPool test = TestPool.with(ONE)) {
            Lease lease = test.checkout();
            lease.connection.close();
            assertThat(test.pool.snapshot().checkedOut()).isZero();
            lease.close();
            lease.connection.close();
            try (Lease next = test.checkout()) {
                assertThat(next.physical.id).isEqualTo(lease.physical.id);
            }
            assertThat(test.count(CHECKOUT)).isEqualTo(2);
            assertThat(test.count(CHECKIN)).isEqualTo(2);
        }
    }

    /** HikariCP 7.1 fails to reset the state of a connection that is marked for eviction. */
    @Test
    void aRetiringConnectionMayHaveChangedStateAtCheckin() throws Exception {
        try (TestPool test = TestPool.with(ONE)) {
            Lease lease = test.checkout();
            lease.connection.setAutoCommit(false);
            test.pool.softInvalidate();
            lease.close();
            test.awaitCount(CLOSE, 1);
        }
    }

    @Test
    void anErrorReachesTheCallerAndTheConnectionIsReturned() throws Exception {
        try (TestPool test = TestPool.with(ONE)) {
            for (Throwable failure : List.of(new StackOverflowError("deep"), new IllegalStateException("wrong"))) {
                assertThatThrownBy(() -> test.pool
                                .call(CALLER, connection -> {
                                    if (failure instanceof Error error) {
                                        throw error;
                                    }
                                    throw (RuntimeException) failure;
                                })
                                .toCompletableFuture()
                                .join())
                        .isInstanceOf(CompletionException.class)
                        .hasCause(failure);
                assertThat(test.pool.snapshot()).isEqualTo(new PoolSnapshot(1, 0, 0, 1, 0));
            }
            assertThat(test.pool
                            .call(CALLER, connection -> 1)
                            .toCompletableFuture()
                            .join())
                    .isEqualTo(1);
        }
    }

    private static void execute(Connection connection, String sql) throws Exception {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
