package app.rodmena.auth.jmx;

import app.rodmena.auth.activity.Backend;
import app.rodmena.auth.activity.LockWait;
import app.rodmena.auth.activity.PostgresView;
import app.rodmena.auth.activity.Slots;
import app.rodmena.auth.diagnosis.Culprit;
import app.rodmena.auth.diagnosis.Diagnosis;
import app.rodmena.auth.diagnosis.DiagnosisText;
import app.rodmena.auth.diagnosis.Diagnostics;
import app.rodmena.auth.diagnosis.Verdict;
import app.rodmena.auth.mbean.Describe;
import app.rodmena.auth.mbean.Key;
import app.rodmena.auth.mbean.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

@Describe("Why the pool is in its state: holders of connections, waiting callers, PostgreSQL's side, recommendations")
final class DiagnosisBean {
    private static final Duration FRESH = Duration.ofSeconds(3);

    private final Diagnostics diagnostics;

    @Describe("How many connections are out for one reason")
    record Count(
            @Key @Describe("Why, as LOCK_WAIT") String verdict,

            @Describe(value = "How many", unit = "connections")
            int count) {}

    @Describe("One connection that is out")
    record Holder(
            @Key @Describe(value = "Its number, never used twice in a process", unit = "number")
            int connectionId,

            @Describe(value = "The process of PostgreSQL behind it; 0 where it is unknown", unit = "pid")
            int backendPid,

            @Describe("Why it is out, as LOCK_WAIT") String verdict,

            @Describe("The same in words, with its numbers") String because,

            @Describe(value = "How long it has been out", unit = "milliseconds")
            long heldMillis,

            @Describe("What it is used for, as GET /api/roles")
            String route,

            @Describe("Fingerprint of the tenant; - where there is none")
            String tenant,

            @Describe(value = "How many callers it works for", unit = "callers")
            int callers,

            @Describe("The thread that took it") String thread,

            @Describe(value = "Who keeps it waiting for a lock; 0 if nobody does", unit = "pid")
            int culpritPid,

            @Describe("The last statement prepared on it, without values; empty if there was none")
            String lastSql,

            @Describe("What both sides were seen to do, a line each")
            String evidence,

            @Describe("The first line of its thread's stack that is the application's; empty if unknown")
            String applicationFrame,

            @Describe("Its thread's stack, a line each; empty unless it has been out for a while")
            String stack,

            @Describe("The stack when it was taken, a line each; empty unless that was recorded")
            String checkoutStack) {

        static Holder of(app.rodmena.auth.diagnosis.Holder holder) {
            return new Holder(
                    holder.connectionId(),
                    holder.backendPid(),
                    holder.verdict().name(),
                    holder.because(),
                    holder.heldFor().toMillis(),
                    holder.route(),
                    holder.tenant(),
                    holder.callers(),
                    holder.thread(),
                    holder.culprit().map(Culprit::pid).orElse(0),
                    holder.lastSql(),
                    String.join("\n", holder.evidence()),
                    holder.applicationFrame(),
                    String.join("\n", holder.stack()),
                    String.join("\n", holder.checkoutStack()));
        }
    }

    @Describe("Callers that wait for a connection for the same purpose")
    record Waiters(
            @Key @Describe("What they want it for, as GET /api/roles")
            String route,

            @Describe(value = "How many they are", unit = "callers")
            int count,

            @Describe(value = "How long the first of them has waited", unit = "milliseconds")
            long longestMillis) {}

    @Describe("One process of PostgreSQL that serves a client")
    record BackendRow(
            @Key @Describe(value = "Its process", unit = "pid")
            int pid,

            @Describe("Its application_name") String application,

            @Describe("The role it is logged in as") String user,

            @Describe("Its database") String database,

            @Describe("pool, ours (beside the pool), sibling (another instance) or other")
            String whose,

            @Describe("What it does, as idle in transaction; empty where our role may not see it")
            String state,

            @Describe(value = "How long it has done that; 0 where that is unknown", unit = "milliseconds")
            long stateMillis,

            @Describe(value = "How long its transaction is open; 0 if none is", unit = "milliseconds")
            long transactionMillis,

            @Describe("What it waits for, as Lock relation; empty if for nothing")
            String waitsFor,

            @Describe("The pids that block it; empty if none does")
            String blockedBy,

            @Describe("Its last statement, with literals masked; empty where others are idle or it may not be seen")
            String query) {

        static BackendRow of(Backend backend) {
            return new BackendRow(
                    backend.pid(),
                    backend.application(),
                    backend.user(),
                    backend.database(),
                    backend.whose().name().toLowerCase(Locale.ROOT),
                    backend.state(),
                    millis(backend.stateFor()),
                    millis(backend.transactionFor()),
                    (backend.waitEventType() + " " + backend.waitEvent()).strip(),
                    backend.lockWait().map(LockWait::blockedBy).orElse(List.of()).stream()
                            .map(String::valueOf)
                            .collect(Collectors.joining(", ")),
                    backend.query());
        }

        private static long millis(Optional<Duration> time) {
            return time.map(Duration::toMillis).orElse(0L);
        }
    }

    @Describe("PostgreSQL's connections; all zero while it does not answer")
    record Connections(
            @Describe(value = "max_connections", unit = "connections")
            int maxConnections,

            @Describe(value = "Of those, reserved for superusers and other roles", unit = "connections")
            int reserved,

            @Describe(value = "Taken by this process, beside its pool too", unit = "connections")
            int ours,

            @Describe(value = "Taken by other instances", unit = "connections")
            int siblings,

            @Describe(value = "Taken by anybody else", unit = "connections")
            int others,

            @Describe(value = "What an ordinary role could still open", unit = "connections")
            int free) {

        static Connections of(Slots slots) {
            return new Connections(
                    slots.maxConnections(),
                    slots.superuserReserved() + slots.reserved(),
                    slots.ours() + slots.oursBeside(),
                    slots.siblings(),
                    slots.others(),
                    slots.free());
        }
    }

    @Describe("Where the pool and PostgreSQL do not agree about which connections there are")
    record Reconciliation(
            @Describe("Whether the two can be compared now") boolean possible,

            @Describe("Pids of backends under the pool's name that the pool does not know")
            String unknownBackends,

            @Describe("Numbers of the pool's connections whose backend is gone")
            String lostConnections,

            @Describe(value = "Such backends since start", unit = "backends")
            long unknownBackendsTotal,

            @Describe(value = "Such connections since start", unit = "connections")
            long lostConnectionsTotal) {}

    @Describe("Something to do about it")
    record Step(
            @Describe("What, and what it leads to") String what,

            @Describe("The command; empty where there is none")
            String command) {}

    DiagnosisBean(Diagnostics diagnostics) {
        this.diagnostics = diagnostics;
    }

    /** Whoever reads several attributes one after the other gets them of the same diagnosis, mostly. */
    private Diagnosis recent() {
        return diagnostics.current(FRESH);
    }

    @Describe("Why the pool is as it is, in one sentence")
    public String getSentence() {
        return recent().sentence();
    }

    @Describe(
            "WELL, RECOVERING, FAILING, TROUBLED, BLOCKED, EXHAUSTED, SATURATED, OPENING, STALLED, REFUSED, NO_PRIMARY,"
                    + " DATABASE_DOWN, NOT_PREPARED or SUSPENDED")
    public String getSituation() {
        return recent().situation().name();
    }

    @Describe(value = "How old this diagnosis is; the operation diagnose makes a new one", unit = "milliseconds")
    public long getAgeMillis() {
        return Math.max(0, Duration.between(recent().time(), Instant.now()).toMillis());
    }

    @Describe("How many connections are out for each reason, also those that none has")
    public Table<Count> getVerdicts() {
        Map<Verdict, Integer> counts = recent().verdicts();
        return new Table<>(Arrays.stream(Verdict.values())
                .map(verdict -> new Count(verdict.name(), counts.getOrDefault(verdict, 0)))
                .toList());
    }

    @Describe("Every connection that is out, and why")
    public Table<Holder> getHolders() {
        return new Table<>(recent().holders().stream().map(Holder::of).toList());
    }

    @Describe("Who waits for a connection, by what for")
    public Table<Waiters> getWaiters() {
        return new Table<>(recent().waiters().stream()
                .map(group -> new Waiters(
                        group.route(), group.count(), group.longest().toMillis()))
                .toList());
    }

    @Describe("What PostgreSQL's processes do; empty while it does not answer")
    public Table<BackendRow> getBackends() {
        return new Table<>(recent().postgres().map(PostgresView::backends).orElse(List.of()).stream()
                .map(BackendRow::of)
                .toList());
    }

    @Describe("PostgreSQL's connections: how many there may be, and who has them")
    public Connections getPostgresConnections() {
        return recent().postgres()
                .map(view -> Connections.of(view.slots()))
                .orElseGet(() -> new Connections(0, 0, 0, 0, 0, 0));
    }

    @Describe("Whether the pool and PostgreSQL agree about which connections there are")
    public Reconciliation getReconciliation() {
        var reconciliation = recent().reconciliation();
        return new Reconciliation(
                reconciliation.possible(),
                reconciliation.unknownBackends().stream()
                        .map(backend -> String.valueOf(backend.pid()))
                        .collect(Collectors.joining(", ")),
                reconciliation.lostConnections().stream()
                        .map(lost -> String.valueOf(lost.connectionId()))
                        .collect(Collectors.joining(", ")),
                reconciliation.unknownBackendsTotal(),
                reconciliation.lostConnectionsTotal());
    }

    @Describe("What to do, the safest first")
    public List<Step> getSteps() {
        return recent().steps().stream()
                .map(step -> new Step(step.what(), step.command()))
                .toList();
    }

    @Describe("What could not be seen, and what would help, a line each; empty if all was")
    public String getBlindSpots() {
        return String.join("\n", recent().blindSpots());
    }

    @Describe("All of it as text for a terminal")
    public String getReport() {
        return DiagnosisText.of(recent());
    }

    @Describe("Looks now, and tells all of it as text for a terminal")
    public String diagnose() {
        Diagnosis diagnosis = diagnostics.current(Duration.ZERO);
        return DiagnosisText.of(diagnosis);
    }
}
