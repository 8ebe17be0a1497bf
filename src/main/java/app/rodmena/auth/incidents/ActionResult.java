package app.rodmena.auth.incidents;

/**
 * What was done, or would be.
 *
 * @param action as {@code terminateBackend 4123}
 * @param dryRun whether nothing was done
 * @param outcome what it did or would do, to whom, in a sentence
 */
public record ActionResult(String action, boolean dryRun, String outcome) {}
