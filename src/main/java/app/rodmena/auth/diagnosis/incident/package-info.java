/**
 * Incidents: the diagnosis at the start of trouble, kept for a later analysis; and the actions of an operator on
 * backends. Uses {@code diagnosis}, {@code diagnosis.history} and {@code metrics}. Start with
 * {@link app.rodmena.auth.diagnosis.incident.Incidents}, then
 * {@link app.rodmena.auth.diagnosis.incident.IncidentDocument} and
 * {@link app.rodmena.auth.diagnosis.incident.BackendActions}.
 */
package app.rodmena.auth.diagnosis.incident;
