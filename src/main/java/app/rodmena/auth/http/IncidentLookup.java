package app.rodmena.auth.http;

import app.rodmena.auth.database.DatabaseFailure;
import java.util.Optional;

/** Knows which incident it belongs to that there is no answer. Asked by many at the same time; must not block. */
@FunctionalInterface
public interface IncidentLookup {
    /** No incidents are kept. */
    IncidentLookup NONE = reason -> Optional.empty();

    /** The incident's id, which a client may see; empty if there is none. */
    Optional<String> idOf(DatabaseFailure.Reason reason);
}
