/**
 * Incidents: the recorded state of the pool at the start of trouble, for a later analysis; and the actions of an
 * operator on backends.
 *
 * <p>Uses the packages activity, database, diagnosis, events, metrics and pool. Start with
 * {@link app.rodmena.auth.incidents.Incidents}, then {@link app.rodmena.auth.incidents.IncidentDocument} and
 * {@link app.rodmena.auth.incidents.BackendActions}.
 */
package app.rodmena.auth.incidents;
