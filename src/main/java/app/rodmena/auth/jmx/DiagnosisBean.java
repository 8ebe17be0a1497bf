package app.rodmena.auth.jmx;

import app.rodmena.auth.database.activity.Backend;
import app.rodmena.auth.database.activity.ConnectionSlots;
import app.rodmena.auth.database.activity.LockWait;
import app.rodmena.auth.database.activity.PostgresSnapshot;
import app.rodmena.auth.diagnosis.Blocker;
import app.rodmena.auth.diagnosis.Diagnosis;
import app.rodmena.auth.diagnosis.DiagnosisText;
import app.rodmena.auth.diagnosis.Diagnostics;
import app.rodmena.auth.diagnosis.Verdict;
import app.rodmena.auth.jmx.mapping.Table;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.TableKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

@Description(
        "Explains the pool's state: holders of connections, waiting callers, backends of PostgreSQL, recommendations")
final class DiagnosisBean {
    private static final Duration FRESH = Duration.ofSeconds(3);

    private final Diagnostics diagnostics;

    @Description("Number of checked-out connections with one verdict")
    record Count(
            @TableKey @Description("Verdict, for example LOCK_WAIT")
            String verdict,

            @Description(value = "Number of connections", unit = "connections")
            int count) {}

    @Description("One checked-out connection")
    record Holder(
            @TableKey @Description(value = "Connection number, unique within the process", unit = "number")
            int connectionId,

            @Description(value = "PID of its PostgreSQL backend; 0 if unknown", unit = "pid")
            int backendPid,

            @Description("Why it is checked out, for example LOCK_WAIT")
            String verdict,

            @Description("Explanation of the verdict, with its numbers")
            String because,

            @Description(value = "Time since its checkout", unit = "milliseconds")
            long heldMillis,

            @Description("Route that uses it, for example GET /api/roles")
            String route,

            @Description("Fingerprint of the tenant; - if there is none")
            String tenant,

            @Description(value = "Number of callers that it serves", unit = "callers")
            int callers,

            @Description("Thread that checked it out") String thread,

            @Description(value = "PID of the backend whose lock it waits for; 0 if there is none", unit = "pid")
            int culpritPid,

            @Description("Last statement prepared on it, without values; empty if there was none")
            String lastSql,

            @Description("Observations of the application and of PostgreSQL, one per line")
            String evidence,

            @Description("Topmost frame of the application in its thread's stack; empty if unknown")
            String applicationFrame,

            @Description("Current stack of its thread, one frame per line; empty for short uses")
            String stack,

            @Description("Stack at its checkout, one frame per line; empty if it was not recorded")
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
                    holder.culprit().map(Blocker::pid).orElse(0),
                    holder.lastSql(),
                    String.join("\n", holder.evidence()),
                    holder.applicationFrame(),
                    String.join("\n", holder.stack()),
                    String.join("\n", holder.checkoutStack()));
        }
    }

    @Description("Callers of one route waiting for a connection")
    record Waiters(
            @TableKey @Description("Route of the callers, for example GET /api/roles")
            String route,

            @Description(value = "Number of callers", unit = "callers")
            int count,

            @Description(value = "Longest current wait among them", unit = "milliseconds")
            long longestMillis) {}

    @Description("One client backend of PostgreSQL")
    record BackendRow(
            @TableKey @Description(value = "PID of the backend", unit = "pid")
            int pid,

            @Description("Its application_name") String application,

            @Description("Its login role") String user,

            @Description("Its database") String database,

            @Description("Owner: pool, ours (this process, outside the pool), sibling (another instance) or other")
            String whose,

            @Description("Its state, for example idle in transaction; empty if hidden from this role")
            String state,

            @Description(value = "Time in this state; 0 if unknown", unit = "milliseconds")
            long stateMillis,

            @Description(value = "Age of its open transaction; 0 if there is none", unit = "milliseconds")
            long transactionMillis,

            @Description("Its wait event, for example Lock relation; empty if it does not wait")
            String waitsFor,

            @Description("PIDs of the backends that block it; empty if there are none")
            String blockedBy,

            @Description(
                    "Its last statement with masked literals; empty for other applications' idle backends, or if hidden")
            String query) {

        static BackendRow of(Backend backend) {
            return new BackendRow(
                    backend.pid(),
                    backend.application(),
                    backend.user(),
                    backend.database(),
                    backend.owner().name().toLowerCase(Locale.ROOT),
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

    @Description("PostgreSQL's connections; all 0 while PostgreSQL does not answer")
    record Connections(
            @Description(value = "max_connections", unit = "connections")
            int maxConnections,

            @Description(
                    value = "Of these, reserved for superusers and roles with pg_use_reserved_connections",
                    unit = "connections")
            int reserved,

            @Description(value = "In use by this process, inside and outside the pool", unit = "connections")
            int ours,

            @Description(value = "In use by other instances", unit = "connections")
            int siblings,

            @Description(value = "In use by other applications", unit = "connections")
            int others,

            @Description(value = "Still available to an ordinary role", unit = "connections")
            int free) {

        static Connections of(ConnectionSlots slots) {
            return new Connections(
                    slots.maxConnections(),
                    slots.superuserReserved() + slots.reserved(),
                    slots.ours() + slots.oursBeside(),
                    slots.siblings(),
                    slots.others(),
                    slots.free());
        }
    }

    @Description("Differences between the connections that the pool knows and those that PostgreSQL knows")
    record Reconciliation(
            @Description("Whether they can be compared now") boolean possible,

            @Description("PIDs of backends under the pool's name that the pool does not know")
            String unknownBackends,

            @Description("Numbers of the pool's connections whose backend is gone")
            String lostConnections,

            @Description(value = "Unknown backends since start", unit = "backends")
            long unknownBackendsTotal,

            @Description(value = "Lost connections since start", unit = "connections")
            long lostConnectionsTotal) {}

    @Description("One recommendation")
    record Step(
            @Description("The action and its effect") String what,

            @Description("The command; empty if there is none")
            String command) {}

    DiagnosisBean(Diagnostics diagnostics) {
        this.diagnostics = diagnostics;
    }

    /** Returns a diagnosis of at most {@link #FRESH}, so that attributes read in sequence usually agree. */
    private Diagnosis recent() {
        return diagnostics.current(FRESH);
    }

    @Description("The pool's state and its reason in one sentence")
    public String getSentence() {
        return recent().sentence();
    }

    @Description(
            "WELL, RECOVERING, FAILING, TROUBLED, BLOCKED, EXHAUSTED, SATURATED, OPENING, STALLED, REFUSED, NO_PRIMARY,"
                    + " DATABASE_DOWN, NOT_PREPARED or SUSPENDED")
    public String getSituation() {
        return recent().situation().name();
    }

    @Description(value = "Age of this diagnosis; the operation diagnose makes a new one", unit = "milliseconds")
    public long getAgeMillis() {
        return Math.max(0, Duration.between(recent().time(), Instant.now()).toMillis());
    }

    @Description("Number of checked-out connections for each verdict, including verdicts without any")
    public Table<Count> getVerdicts() {
        Map<Verdict, Integer> counts = recent().verdicts();
        return new Table<>(Arrays.stream(Verdict.values())
                .map(verdict -> new Count(verdict.name(), counts.getOrDefault(verdict, 0)))
                .toList());
    }

    @Description("All checked-out connections with their verdicts")
    public Table<Holder> getHolders() {
        return new Table<>(recent().holders().stream().map(Holder::of).toList());
    }

    @Description("Callers waiting for a connection, by route")
    public Table<Waiters> getWaiters() {
        return new Table<>(recent().waiters().stream()
                .map(group -> new Waiters(
                        group.route(), group.count(), group.longest().toMillis()))
                .toList());
    }

    @Description("PostgreSQL's client backends; empty while PostgreSQL does not answer")
    public Table<BackendRow> getBackends() {
        return new Table<>(recent().postgres().map(PostgresSnapshot::backends).orElse(List.of()).stream()
                .map(BackendRow::of)
                .toList());
    }

    @Description("PostgreSQL's connections: the limit, and their use by owner")
    public Connections getPostgresConnections() {
        return recent().postgres()
                .map(view -> Connections.of(view.slots()))
                .orElseGet(() -> new Connections(0, 0, 0, 0, 0, 0));
    }

    @Description("Whether the pool and PostgreSQL agree on the open connections")
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

    @Description("Recommendations, the safest first")
    public List<Step> getSteps() {
        return recent().steps().stream()
                .map(step -> new Step(step.what(), step.command()))
                .toList();
    }

    @Description(
            "Information that is missing from the diagnosis, and how to provide it, one per line; empty if complete")
    public String getBlindSpots() {
        return String.join("\n", recent().blindSpots());
    }

    @Description("The whole diagnosis as text for a terminal")
    public String getReport() {
        return DiagnosisText.of(recent());
    }

    @Description("Makes a new diagnosis and returns it as text for a terminal")
    public String diagnose() {
        Diagnosis diagnosis = diagnostics.current(Duration.ZERO);
        return DiagnosisText.of(diagnosis);
    }
}
