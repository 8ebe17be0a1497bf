package app.rodmena.auth.events;

import java.sql.Connection;
import java.time.Duration;
import java.util.Objects;

/**
 * A connection that is about to be handed out.
 *
 * @param connectionId the connection's number, never used twice in a process
 * @param backendPid the pid of PostgreSQL's process behind it; 0 where it is unknown
 * @param age since it was opened
 * @param checkouts how often it was checked out before
 * @param caller who is to get it
 * @param connection to ask PostgreSQL something, in autocommit; to be left as it was found, and never closed
 */
public record Candidate(
        int connectionId, int backendPid, Duration age, long checkouts, Caller caller, Connection connection) {
    public Candidate {
        Objects.requireNonNull(age, "age");
        Objects.requireNonNull(caller, "caller");
        Objects.requireNonNull(connection, "connection");
    }
}
