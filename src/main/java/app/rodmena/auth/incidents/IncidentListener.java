package app.rodmena.auth.incidents;

/** Hears of every incident, once it is frozen. Called on a thread that freezes incidents: it must not block. */
@FunctionalInterface
public interface IncidentListener {
    void onIncident(Incident incident);
}
