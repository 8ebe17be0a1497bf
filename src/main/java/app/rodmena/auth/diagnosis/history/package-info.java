/**
 * The history of the diagnosis: the sessions, waits and blockers of each second of the last 15 minutes, and the
 * diagnosis of a past period.
 *
 * <p>Uses {@code diagnosis}, {@code database.activity}, {@code metrics} and {@code pool}. Start with
 * {@link app.rodmena.auth.diagnosis.history.ActivityHistory}.
 */
package app.rodmena.auth.diagnosis.history;
