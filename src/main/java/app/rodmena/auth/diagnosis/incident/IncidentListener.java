package app.rodmena.auth.diagnosis.incident;

/** Receives every recorded incident, on the thread that records incidents. Implementations must not block. */
@FunctionalInterface
public interface IncidentListener {
    void onIncident(Incident incident);
}
