package app.rodmena.auth.jmc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.AuthProcess;
import app.rodmena.auth.testing.TestPostgres;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RunnableFuture;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmc.common.util.IPreferenceValueProvider;
import org.openjdk.jmc.flightrecorder.JfrLoaderToolkit;
import org.openjdk.jmc.flightrecorder.rules.IResult;
import org.openjdk.jmc.flightrecorder.rules.IRule;
import org.openjdk.jmc.flightrecorder.rules.ResultProvider;
import org.openjdk.jmc.flightrecorder.rules.Severity;
import org.postgresql.PGConnection;

/** The rule as JDK Mission Control finds it: by its service, in the directory that the jar is made of. */
class PoolRuleTest {
    @TempDir
    Path directory;

    @Test
    void theSessionThatHoldsTheLockIsNamedFromTheRecordingAlone() throws Exception {
        DatabaseTarget target = TestPostgres.freshDatabase();
        Path file = directory.resolve("lock.jfr");
        int pid;
        try (AuthProcess server = AuthProcess.start(
                                directory,
                                List.of(),
                                List.of(
                                        "-XX:StartFlightRecording=name=lock,settings=default",
                                        AuthProcess.RECORDABLE.get(0)),
                                Map.of(),
                                "--port=0",
                                "--pool-size=1",
                                "--max-overflow=1",
                                "--pool-timeout=2s",
                                "--database-url=" + target.jdbcUrl() + "?user=postgres")
                        .awaitStart();
                Connection deploy = TestPostgres.connect(target);
                var statement = deploy.createStatement()) {
            pid = deploy.unwrap(PGConnection.class).getBackendPID();
            statement.execute("set application_name = 'deploy'");
            deploy.setAutoCommit(false);
            statement.execute("lock table auth_group in access exclusive mode");
            List<CompletableFuture<?>> callers = Stream.of("a", "b", "c")
                    .<CompletableFuture<?>>map(role -> server.ask(
                            "POST", "/api/role/" + role, UUID.randomUUID().toString()))
                    .toList();
            await().until(() -> server.err().contains("Incident "));
            dump(server, file);
            deploy.rollback();
            callers.forEach(CompletableFuture::join);
        }

        IResult result = evaluate(file);

        assertThat(result.getSeverity()).isEqualTo(Severity.WARNING);
        assertThat(result.getSummary())
                .startsWith("pid %s (deploy), idle in transaction, held a lock on auth_group".formatted(pid))
                .contains("2 connections", "POST /api/role/{role}", "lock table auth_group");
        assertThat(result.getExplanation()).startsWith("Incident: 2 of 2 connections in use");
        assertThat(result.getSolution()).isNotBlank();
    }

    @Test
    void aRecordingOfAnotherProgramIsIgnored() throws Exception {
        Path file = directory.resolve("other.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("jdk.CPULoad");
            recording.start();
            recording.dump(file);
        }

        assertThat(evaluate(file).getSeverity()).isEqualTo(Severity.IGNORE);
    }

    private static IResult evaluate(Path file) throws Exception {
        URL[] jar = {Path.of("target", "jmc-rules").toUri().toURL()};
        try (URLClassLoader loader = new URLClassLoader(jar, PoolRuleTest.class.getClassLoader())) {
            IRule rule = ServiceLoader.load(IRule.class, loader).stream()
                    .map(ServiceLoader.Provider::get)
                    .filter(found -> found.getId().equals("AuthPool"))
                    .findFirst()
                    .orElseThrow();
            RunnableFuture<IResult> evaluation = rule.createEvaluation(
                    JfrLoaderToolkit.loadEvents(file.toFile()),
                    IPreferenceValueProvider.DEFAULT_VALUES,
                    new ResultProvider());
            evaluation.run();
            return evaluation.get();
        }
    }

    private void dump(AuthProcess server, Path file) throws Exception {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(server.pid()),
                        "JFR.dump",
                        "name=lock",
                        "filename=" + file)
                .redirectErrorStream(true)
                .redirectOutput(Files.createTempFile(directory, "jcmd", "").toFile())
                .start();
        await().atMost(Duration.ofSeconds(60)).until(() -> !jcmd.isAlive());
    }
}
