package app.rodmena.auth.bench;

import java.time.Duration;

/**
 * One measurement of one contender under one load.
 *
 * @param unanswered the number of verified checks without a 200
 * @param serverCpu CPU time of the server's process; zero without a server
 * @param databaseCpu CPU time of all PostgreSQL processes
 * @param residentBytes the server's maximum memory; zero without a server
 * @param connections the maximum number of connections to the database
 */
record Measurement(
        ContenderKind kind,
        int clients,
        int round,
        LoadOutcome outcome,
        int unanswered,
        Duration serverCpu,
        Duration databaseCpu,
        long residentBytes,
        int connections) {

    /** Failed requests of the load and of the verification. */
    long errors() {
        return outcome.errors() + unanswered;
    }

    double serverMicrosPerAnswer() {
        return microsPerAnswer(serverCpu);
    }

    double databaseMicrosPerAnswer() {
        return microsPerAnswer(databaseCpu);
    }

    private double microsPerAnswer(Duration cpu) {
        return outcome.answers() == 0 ? 0 : cpu.toNanos() / 1e3 / outcome.answers();
    }
}
