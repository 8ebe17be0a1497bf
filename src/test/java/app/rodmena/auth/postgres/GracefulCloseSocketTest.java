package app.rodmena.auth.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.postgres.GracefulCloseSocket.GracefulCloseSocketFactory;
import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.testing.TestProxy;
import java.net.Socket;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;

class GracefulCloseSocketTest {
    private static final SessionOptions SESSION = new SessionOptions(
            "farewell-test",
            Optional.of(Duration.ofSeconds(5)),
            Duration.ofSeconds(5),
            Optional.of(Duration.ofSeconds(30)));

    @Test
    void theBackendHasEndedWhenCloseReturns() throws Exception {
        Connector connector = new Connector(TestPostgres.sharedDatabase());
        try (Connection outside = TestPostgres.superuser()) {
            for (int i = 0; i < 50; i++) {
                Connection connection = connector.open(SESSION);
                assertThat(backends(outside)).isEqualTo(1);
                connection.close();
                assertThat(backends(outside)).isZero();
            }
        }
    }

    @Test
    void anAbortDoesNotWaitForARunningStatement() throws Exception {
        try (Connection connection = new Connector(TestPostgres.sharedDatabase()).open(SESSION);
                Connection outside = TestPostgres.superuser()) {
            var statement = CompletableFuture.supplyAsync(
                    () -> catchThrowable(() -> connection.createStatement().execute("select pg_sleep(2)")));
            await().until(() -> active(outside) == 1);
            Duration took = time(() -> connection.abort(Runnable::run));
            assertThat(took).isLessThan(Duration.ofSeconds(1));
            assertThat(statement.get()).isInstanceOf(SQLException.class);
            await().until(() -> backends(outside) == 0);
        }
    }

    @Test
    void aServerThatNeverClosesDelaysCloseByAQuarterOfASecond() throws Exception {
        try (TestProxy proxy = new TestProxy(TestPostgres.sharedDatabase())) {
            Connection connection = new Connector(proxy.target()).open(SESSION);
            proxy.freeze();
            assertThat(time(connection::close)).isBetween(Duration.ofMillis(250), Duration.ofSeconds(5));
        }
    }

    private interface Action {
        void run() throws SQLException;
    }

    private static Duration time(Action action) throws SQLException {
        long started = System.nanoTime();
        action.run();
        return Duration.ofNanos(System.nanoTime() - started);
    }

    private static int backends(Connection outside) throws SQLException {
        return count(outside, "select count(*) from pg_stat_activity where application_name = 'farewell-test'");
    }

    private static int active(Connection outside) throws SQLException {
        return count(outside, """
                select count(*) from pg_stat_activity
                where application_name = 'farewell-test' and state = 'active'
                """);
    }

    private static int count(Connection outside, String question) throws SQLException {
        try (var statement = outside.createStatement();
                var result = statement.executeQuery(question)) {
            result.next();
            return result.getInt(1);
        }
    }

    @Test
    void aSilentPeerIsProbedByKeepAlive() throws Exception {
        try (Socket socket = new GracefulCloseSocketFactory().createSocket()) {
            assertThat(socket.getKeepAlive()).isTrue();
            assertThat(socket.getOption(ExtendedSocketOptions.TCP_KEEPIDLE)).isEqualTo(30);
            assertThat(socket.getOption(ExtendedSocketOptions.TCP_KEEPINTERVAL)).isEqualTo(10);
            assertThat(socket.getOption(ExtendedSocketOptions.TCP_KEEPCOUNT)).isEqualTo(3);
        }
    }
}
