package app.rodmena.auth.api;

import app.rodmena.auth.database.DatabaseFailure;
import java.util.Optional;

/** Finds the incident that explains a failed request. Must be thread-safe and must not block. */
@FunctionalInterface
public interface IncidentLookup {
    /** Finds no incident; for a server that keeps none. */
    IncidentLookup NONE = reason -> Optional.empty();

    /** The id of the incident, which may be shown to clients; empty if there is none. */
    Optional<String> idOf(DatabaseFailure.Reason reason);
}
