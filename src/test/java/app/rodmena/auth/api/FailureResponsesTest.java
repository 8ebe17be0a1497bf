package app.rodmena.auth.api;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.api.Routes.Endpoint;
import app.rodmena.auth.database.DatabaseFailure;
import app.rodmena.auth.database.DatabaseFailure.Reason;
import app.rodmena.auth.http.Response;
import app.rodmena.auth.http.Router;
import app.rodmena.auth.testing.RawClient;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FailureResponsesTest {
    private final AtomicReference<Supplier<CompletionStage<Response>>> outcome = new AtomicReference<>();
    private TestApi api;

    @BeforeAll
    void startWithAFailingRoute() throws Exception {
        api = new TestApi(
                TestApi.CONFIG,
                new Router<Endpoint>()
                        .add(
                                "GET",
                                "/fails/{name}",
                                new Endpoint.Keyed(request -> outcome.get().get())));
    }

    @AfterAll
    void stop() {
        api.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    POOL_TIMEOUT      | 1 | No database connection became available in time
                    QUEUE_FULL        | 1 | Too many requests are waiting for a database connection
                    DATABASE_DOWN     | 5 | The database does not respond
                    NOT_PREPARED      | 5 | The database schema is not ready yet
                    DATABASE_TROUBLE  | 5 | The database cannot execute this now
                    STATEMENT_TIMEOUT | 5 | The database took too long to respond
                    STATEMENT_CANCELLED | 5 | The statement was cancelled in the database
                    SHUTTING_DOWN     | 5 | This server is stopping
                    """)
    void databaseFailuresBecome503WithReasonAndRetryAfter(Reason reason, String retryAfter, String message)
            throws Exception {
        DatabaseFailure failure = new DatabaseFailure(reason, "internal: 10.0.0.7", new IllegalStateException());

        for (Throwable thrown : new Throwable[] {failure, new CompletionException(failure)}) {
            outcome.set(() -> CompletableFuture.failedFuture(thrown));
            HttpResponse<String> response = api.send("GET", "/fails/x");

            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(response.headers().firstValue("Retry-After")).hasValue(retryAfter);
            assertThat(TestApi.withoutTimestamp(response.body())).isEqualTo(TestApi.databaseFailure(reason, message));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"PERMISSION_DENIED", "SCHEMA_MISMATCH"})
    void aRefusedStatementBecomes503AndNamesTheObject(Reason reason) throws Exception {
        outcome.set(() ->
                CompletableFuture.failedFuture(new DatabaseFailure(reason, "permission denied for table t", null)));
        HttpResponse<String> response = api.send("GET", "/fails/x");

        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.headers().firstValue("Retry-After")).hasValue("5");
        assertThat(response.body()).contains(reason.name(), "permission denied for table t");
    }

    @Test
    void unexpectedErrorsExposeOnlyAnIdThatIsInTheLog() throws Exception {
        String messageWithKey = "duplicate (creator, role)=(%s, r)".formatted(api.key);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger("auth.http");
        log.start();
        logger.addAppender(log);
        try {
            outcome.set(() -> CompletableFuture.supplyAsync(() -> {
                throw new IllegalStateException(messageWithKey);
            }));
            assertUnexpectedError(api.send("GET", "/fails/x"), log);

            outcome.set(() -> {
                throw new IllegalStateException(messageWithKey);
            });
            assertUnexpectedError(api.send("GET", "/fails/x"), log);
        } finally {
            logger.detachAppender(log);
        }
    }

    private void assertUnexpectedError(HttpResponse<String> response, ListAppender<ILoggingEvent> log) {
        Matcher id = Pattern.compile("error id ([0-9a-f]{16})\"").matcher(response.body());
        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(id.find()).as(response.body()).isTrue();
        assertThat(response.body()).doesNotContain("duplicate", "IllegalState", api.key);

        ILoggingEvent event = log.list.get(log.list.size() - 1);
        assertThat(event.getFormattedMessage())
                .contains(id.group(1), "GET /fails/{name}", "IllegalStateException", "(<key>, r)")
                .doesNotContain(api.key);
    }

    @Test
    void theConnectionStaysUsableAfterAnError() throws Exception {
        outcome.set(() -> CompletableFuture.failedFuture(new IllegalStateException("once")));
        try (RawClient client = api.raw()) {
            assertThat(client.request("GET /fails/x", api.bearer()).reply().status())
                    .isEqualTo(500);
            outcome.set(() -> CompletableFuture.completedFuture(ResponseBodies.bare(true)));
            assertThat(client.request("GET /fails/x", api.bearer()).reply().body())
                    .isEqualTo("{\"result\":true}");
        }
    }
}
