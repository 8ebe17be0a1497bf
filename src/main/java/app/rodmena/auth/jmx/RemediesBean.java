package app.rodmena.auth.jmx;

import app.rodmena.auth.incidents.Remedies;
import app.rodmena.auth.incidents.Remedy;
import app.rodmena.auth.incidents.RemedyUnanswered;
import app.rodmena.auth.mbean.Describe;
import java.util.function.Supplier;

@Describe("Actions against faults; each returns what it did, or on a dry run what it would do")
final class RemediesBean {
    private final Remedies remedies;

    RemediesBean(Remedies remedies) {
        this.remedies = remedies;
    }

    @Describe(
            value = "Cancels the statement that runs on a connection; its caller gets an error, the connection stays",
            acts = true)
    public String cancelQuery(
            @Describe(value = "Which connection, as Diagnosis tells", unit = "number") int connectionId,
            @Describe("Whether only to tell what it would do") boolean dryRun) {
        return told(() -> remedies.cancelQuery(connectionId, dryRun));
    }

    @Describe(
            value = "Ends a backend: the pool's own, or with --allow-terminate-others one that blocks one of these",
            acts = true)
    public String terminateBackend(
            @Describe(value = "Which backend, as Diagnosis tells", unit = "pid") int pid,
            @Describe("Whether only to tell what it would do") boolean dryRun) {
        return told(() -> remedies.terminateBackend(pid, dryRun));
    }

    /** @throws RemedyUnanswered of which the audit log knows, too: it may have been done */
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
