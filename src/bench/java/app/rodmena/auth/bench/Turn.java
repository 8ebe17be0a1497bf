package app.rodmena.auth.bench;

import java.time.Duration;

/**
 * One contender under one load, once.
 *
 * @param unanswered how many of the questions whose answers were looked at got none
 * @param serverCpu what the server's process used meanwhile; zero where there is none
 * @param databaseCpu what all of PostgreSQL's processes used meanwhile
 * @param residentBytes the server's memory at its most; zero where there is none
 * @param connections to the database, at the most that was seen
 */
record Turn(
        Kind kind,
        int clients,
        int round,
        Outcome outcome,
        int unanswered,
        Duration serverCpu,
        Duration databaseCpu,
        long residentBytes,
        int connections) {

    /** Whatever was not answered, be it wrk that asked or the witness. */
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
