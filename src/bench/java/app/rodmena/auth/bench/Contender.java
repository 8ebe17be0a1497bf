package app.rodmena.auth.bench;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/**
 * A program that can be put under load.
 *
 * @param applicationName the application_name of its connections, as a LIKE pattern
 * @param server its process; empty for pgbench
 */
record Contender(ContenderKind kind, String applicationName, Optional<Server> server, Load load)
        implements AutoCloseable {
    /** Sends checks as fast as they are answered. */
    @FunctionalInterface
    interface Load {
        LoadOutcome run(int clients, Duration time) throws IOException, InterruptedException;
    }

    /** Measures it under load. */
    Measurement measure(Database database, Dataset data, int clients, int round, Duration time)
            throws IOException, InterruptedException, SQLException {
        LoadOutcome outcome;
        Duration serverBefore = serverCpu();
        Duration databaseBefore = database.cpu();
        LoadObserver witness = new LoadObserver(database, applicationName, server, data);
        try (witness) {
            outcome = load.run(clients, time);
        }
        return new Measurement(
                kind,
                clients,
                round,
                outcome,
                witness.unanswered(),
                serverCpu().minus(serverBefore),
                database.cpu().minus(databaseBefore),
                witness.residentBytes(),
                witness.connections());
    }

    private Duration serverCpu() {
        return server.map(process -> ProcFs.cpuWithChildren(process.pid())).orElse(Duration.ZERO);
    }

    @Override
    public void close() {
        server.ifPresent(Server::close);
    }
}
