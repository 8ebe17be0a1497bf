package app.rodmena.auth.jmx;

import app.rodmena.auth.database.activity.Backend;
import app.rodmena.auth.database.activity.ConnectionSlots;
import app.rodmena.auth.database.activity.PostgresSnapshot;
import app.rodmena.auth.diagnosis.Diagnosis;
import app.rodmena.auth.diagnosis.Diagnosis.Recommendation;
import app.rodmena.auth.diagnosis.Diagnosis.Reconciliation;
import app.rodmena.auth.diagnosis.Diagnosis.WaiterGroup;
import app.rodmena.auth.diagnosis.DiagnosisText;
import app.rodmena.auth.diagnosis.Diagnostics;
import app.rodmena.auth.diagnosis.Holder;
import app.rodmena.auth.diagnosis.Verdict;
import app.rodmena.auth.diagnosis.history.ActivityHistory;
import app.rodmena.auth.diagnosis.history.HistoryPeriod;
import app.rodmena.auth.diagnosis.history.PastDiagnosis;
import app.rodmena.auth.jmx.mapping.OpenMapping.Table;
import app.rodmena.auth.schema.Description;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

@Description(
        "Explains the pool's state: holders of connections, waiting callers, backends of PostgreSQL, recommendations")
record DiagnosisBean(Diagnostics diagnostics, ActivityHistory history) {
    private static final Duration MAX_AGE = Duration.ofSeconds(3);

    @Description("Number of checked-out connections with one verdict")
    record Count(
            @Description(key = true, value = "Verdict, for example LOCK_WAIT")
            String verdict,

            @Description(value = "Number of connections", unit = "connections")
            int count) {}

    /** At most {@link #MAX_AGE} old, so that attributes that are read in sequence usually agree. */
    private Diagnosis recent() {
        return diagnostics.current(MAX_AGE);
    }

    @Description("The pool's state and its reason in one sentence")
    public String getSentence() {
        return recent().sentence();
    }

    @Description("WELL, RECOVERING, FAILING, TROUBLED, BLOCKED, EXHAUSTED, SATURATED, NOISY_TENANT, OPENING, STALLED,"
            + " REFUSED, NO_PRIMARY, DATABASE_DOWN, NOT_PREPARED or SUSPENDED")
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
        return new Table<>(recent().holders());
    }

    @Description("Callers waiting for a connection, by route")
    public Table<WaiterGroup> getWaiters() {
        return new Table<>(recent().waiters());
    }

    @Description("PostgreSQL's client backends; empty while PostgreSQL does not answer")
    public Table<Backend> getBackends() {
        return new Table<>(recent().postgres().map(PostgresSnapshot::backends).orElse(List.of()));
    }

    @Description("PostgreSQL's connections: the limit, and their use by owner")
    public ConnectionSlots getPostgresConnections() {
        return recent().postgres().map(PostgresSnapshot::slots).orElse(ConnectionSlots.NONE);
    }

    @Description("Whether the pool and PostgreSQL agree on the open connections")
    public Reconciliation getReconciliation() {
        return recent().reconciliation();
    }

    @Description("Recommendations, the safest first")
    public List<Recommendation> getSteps() {
        return recent().steps();
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

    @Description("Returns the diagnosis of a past second or minute of the last 15 minutes")
    public PastDiagnosis diagnoseAt(
            @Description("Time in UTC such as 14:02 (the whole minute) or 14:02:30, or an age such as -10m or -45s")
                    String time) {
        if (time.isBlank()) {
            throw new IllegalArgumentException("time: is empty; must be a time or an age");
        }
        return history.diagnose(HistoryPeriod.parse(time.strip(), "", "", Instant.now()));
    }

    @Description("Makes a new diagnosis and returns it as text for a terminal")
    public String diagnose() {
        return DiagnosisText.of(diagnostics.current(Duration.ZERO));
    }
}
