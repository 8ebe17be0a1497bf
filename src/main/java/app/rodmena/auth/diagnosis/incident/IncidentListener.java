package app.rodmena.auth.diagnosis.incident;

/**
 * Receives every recorded incident, again if its cause becomes more severe, on the thread that records incidents.
 * Implementations must not block.
 */
@FunctionalInterface
public interface IncidentListener {
    void onIncident(Incident incident);

    /** Called when an incident has ended. A later occurrence may continue it, so that it ends again. */
    default void onIncidentEnded(Incident incident) {}
}
