package app.rodmena.auth.diagnosis.incident;

/**
 * The result of an operator's action, or of its dry run.
 *
 * @param action the action, for example {@code terminateBackend 4123}
 * @param dryRun whether it was a dry run, which changes nothing
 * @param outcome the effect and the affected backend
 */
public record ActionResult(String action, boolean dryRun, String outcome) {}
