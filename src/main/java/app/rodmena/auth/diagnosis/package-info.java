/**
 * The diagnosis of the pool: the holders and waiters of connections, PostgreSQL's view of them, the cause of trouble,
 * and the recommended actions.
 *
 * <p>Uses {@code database.activity}, {@code metrics} and {@code pool}. Start with
 * {@link app.rodmena.auth.diagnosis.Diagnostics}, then {@link app.rodmena.auth.diagnosis.Diagnosis},
 * {@link app.rodmena.auth.diagnosis.HoldClassifier} and {@link app.rodmena.auth.diagnosis.SituationClassifier}.
 */
package app.rodmena.auth.diagnosis;
