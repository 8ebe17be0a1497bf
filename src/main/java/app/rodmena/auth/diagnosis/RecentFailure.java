package app.rodmena.auth.diagnosis;

import app.rodmena.auth.database.FailureKind;
import java.time.Duration;
import java.util.Optional;

/**
 * What failed in the last fifteen minutes.
 *
 * @param kind how requests failed, or that connections could not be opened
 * @param count how many
 * @param ago how long ago the last of them was
 * @param message what the last of them failed with, one line
 * @param incident the id of the incident that explains it
 */
public record RecentFailure(FailureKind kind, int count, Duration ago, String message, Optional<String> incident) {}
