/**
 * The diagnosis of the pool: the holders and waiters of connections, PostgreSQL's view of them, the cause of trouble,
 * and the recommended actions.
 *
 * <p>Uses the packages activity, database, events, metrics, pool and postgres. Start with
 * {@link app.rodmena.auth.diagnosis.Diagnostics}, then {@link app.rodmena.auth.diagnosis.Diagnosis} and
 * {@link app.rodmena.auth.diagnosis.HoldClassifier}.
 */
package app.rodmena.auth.diagnosis;
