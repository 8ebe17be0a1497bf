package app.rodmena.auth.postgres.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process with an embedded database that stores numbers until it is killed. */
final class ServerProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;

    private ServerProcess(Process process) {
        this.process = process;
        this.output = process.inputReader();
    }

    static ServerProcess startOn(Path directory, boolean ephemeral) throws IOException {
        return startOn(directory, ephemeral, List.of());
    }

    /** @param runner a command prefix that executes the process */
    static ServerProcess startOn(Path directory, boolean ephemeral, List<String> runner) throws IOException {
        List<String> command = new ArrayList<>(runner);
        command.addAll(
                ChildJvm.command(List.of(), ServerProcess.class, directory.toString(), Boolean.toString(ephemeral)));
        return new ServerProcess(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    public static void main(String[] args) throws Exception {
        var database = EmbeddedDatabase.start(new EmbeddedConfig(Path.of(args[0]), Boolean.parseBoolean(args[1])));
        var target = database.target();
        try (var connection = DriverManager.getConnection(
                        target.jdbcUrl(), target.user(), target.password().reveal());
                var statement = connection.createStatement()) {
            statement.execute("create table stored (number int)");
            for (int number = 1; true; number++) {
                statement.execute("insert into stored values (%d)".formatted(number));
                System.out.println(number);
            }
        }
    }

    long pid() {
        return process.pid();
    }

    /** Waits until this many numbers are stored. */
    void store(int count) throws IOException {
        for (int number = 1; number <= count; number++) {
            assertThat(output.readLine()).isEqualTo(Integer.toString(number));
        }
    }

    List<ProcessHandle> reapers() {
        return process.children().toList();
    }

    /** Kills the process and its reaper with SIGKILL, so that the postmaster is orphaned. */
    void killWithReaper() {
        List<ProcessHandle> reapers = reapers();
        assertThat(reapers).hasSize(1);
        reapers.forEach(ServerProcess::kill);
        kill();
    }

    /** Kills the process with SIGKILL. */
    void kill() {
        kill(process.toHandle());
    }

    static void kill(ProcessHandle process) {
        process.destroyForcibly();
        await().atMost(10, TimeUnit.SECONDS).until(() -> !process.isAlive());
    }

    /** The last number that the process reported as stored; after its end. */
    int lastStored() throws IOException {
        return output.lines()
                .reduce((former, latter) -> latter)
                .map(Integer::parseInt)
                .orElse(0);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
