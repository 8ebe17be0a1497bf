package app.rodmena.auth.jmx;

import app.rodmena.auth.incidents.Remedies;
import app.rodmena.auth.incidents.Remedy;
import app.rodmena.auth.incidents.RemedyUnanswered;
import app.rodmena.auth.mbean.Describe;
import java.util.function.Supplier;

@Describe("Actions against faults; each returns its outcome, or in a dry run the outcome to expect")
final class RemediesBean {
    private final Remedies remedies;

    RemediesBean(Remedies remedies) {
        this.remedies = remedies;
    }

    @Describe(
            value =
                    "Cancels the statement that runs on a connection; its caller gets an error, the connection stays open",
            acts = true)
    public String cancelQuery(
            @Describe(value = "Connection number, from Diagnosis", unit = "number") int connectionId,
            @Describe("Whether only to return the outcome to expect") boolean dryRun) {
        return told(() -> remedies.cancelQuery(connectionId, dryRun));
    }

    @Describe(
            value = "Terminates a backend of the pool, or with --allow-terminate-others a backend that blocks one",
            acts = true)
    public String terminateBackend(
            @Describe(value = "PID of the backend, from Diagnosis", unit = "pid") int pid,
            @Describe("Whether only to return the outcome to expect") boolean dryRun) {
        return told(() -> remedies.terminateBackend(pid, dryRun));
    }

    /** @throws RemedyUnanswered after it is written to the audit log: the action may have been performed */
    private static String told(Supplier<Remedy> doing) {
        try {
            Remedy remedy = doing.get();
            audit(remedy);
            return remedy.outcome();
        } catch (RemedyUnanswered e) {
            audit(e.remedy());
            throw e;
        }
    }

    private static void audit(Remedy remedy) {
        Audit.invoked("%s%s: %s".formatted(remedy.action(), remedy.dryRun() ? " (dry run)" : "", remedy.outcome()));
    }
}
