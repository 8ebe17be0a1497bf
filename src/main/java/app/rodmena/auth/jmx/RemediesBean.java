package app.rodmena.auth.jmx;

import app.rodmena.auth.diagnosis.incident.BackendActions;
import app.rodmena.auth.diagnosis.incident.BackendActions.ActionOutcomeUnknownException;
import app.rodmena.auth.diagnosis.incident.BackendActions.ActionResult;
import app.rodmena.auth.schema.Description;
import java.util.function.Supplier;

@Description("Actions against faults; each returns its outcome, or in a dry run the expected outcome")
final class RemediesBean {
    private final BackendActions actions;

    RemediesBean(BackendActions actions) {
        this.actions = actions;
    }

    @Description(
            value =
                    "Cancels the statement that runs on a connection; its caller gets an error, the connection stays open",
            hasSideEffects = true)
    public String cancelQuery(
            @Description(value = "Connection number, from Diagnosis", unit = "number") int connectionId,
            @Description("True to return the expected outcome without acting") boolean dryRun) {
        return execute(() -> actions.cancelQuery(connectionId, dryRun));
    }

    @Description(
            value = "Terminates a backend of the pool, or with --allow-terminate-others a backend that blocks one",
            hasSideEffects = true)
    public String terminateBackend(
            @Description(value = "PID of the backend, from Diagnosis", unit = "pid") int pid,
            @Description("True to return the expected outcome without acting") boolean dryRun) {
        return execute(() -> actions.terminateBackend(pid, dryRun));
    }

    /**
     * @throws ActionOutcomeUnknownException after it is written to the audit log: the action may have been performed
     */
    private static String execute(Supplier<ActionResult> action) {
        try {
            ActionResult result = action.get();
            audit(result);
            return result.outcome();
        } catch (ActionOutcomeUnknownException e) {
            audit(e.result());
            throw e;
        }
    }

    private static void audit(ActionResult result) {
        LocalAudit.invoked(
                "%s%s: %s".formatted(result.action(), result.dryRun() ? " (dry run)" : "", result.outcome()));
    }
}
