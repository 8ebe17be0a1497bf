package app.rodmena.auth.diagnosis;

import app.rodmena.auth.database.FailureKind;
import java.time.Duration;
import java.util.Optional;

/**
 * The failures of one kind in the last 15 minutes.
 *
 * @param kind the kind of failure, of requests or of attempts to connect
 * @param count the number of failures
 * @param ago the time since the last failure
 * @param message the message of the last failure, one line
 * @param incident the id of the incident that explains it; empty if there is none
 */
public record RecentFailure(FailureKind kind, int count, Duration ago, String message, Optional<String> incident) {}
