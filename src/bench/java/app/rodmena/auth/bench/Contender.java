package app.rodmena.auth.bench;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/**
 * Somebody who can be put under load.
 *
 * @param applicationName of its connections to the database, as a pattern of LIKE
 * @param server its process; pgbench has none
 */
record Contender(Kind kind, String applicationName, Optional<Server> server, Load load) implements AutoCloseable {
    /** Asks as many questions as it can. */
    @FunctionalInterface
    interface Load {
        Outcome ask(int clients, Duration time) throws IOException, InterruptedException;
    }

    /** Puts it under load, and watches. */
    Turn take(Database database, Dataset data, int clients, int round, Duration time)
            throws IOException, InterruptedException, SQLException {
        Outcome outcome;
        Duration serverBefore = serverCpu();
        Duration databaseBefore = database.cpu();
        Witness witness = new Witness(database, applicationName, server, data);
        try (witness) {
            outcome = load.ask(clients, time);
        }
        return new Turn(
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
        return server.map(process -> Proc.cpuOfFamily(process.pid())).orElse(Duration.ZERO);
    }

    @Override
    public void close() {
        server.ifPresent(Server::close);
    }
}
