package app.rodmena.auth.diagnosis.history;

import app.rodmena.auth.diagnosis.Situation;
import app.rodmena.auth.diagnosis.TextColumns;
import app.rodmena.auth.diagnosis.history.SampleRing.Sample;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.WireFormat;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The diagnosis of a past period: its worst second, and the averages of the period. Immutable.
 *
 * @param situation the situation in the worst second; empty if no second was sampled
 */
@Description("Diagnosis of a past period")
public record PastDiagnosis(
        @Description("Start of the period, in UTC") Instant from,

        @Description("End of the period, in UTC") Instant to,

        @Description("The worst second of the period, which the sentence describes; empty if none was sampled")
        Optional<Instant> time,

        @Description("The situation in that second, as in the diagnosis at that time; empty if none was sampled")
        Optional<Situation> situation,

        @Description("The sentence of the diagnosis at that time")
        String sentence,

        @Description(
                value = "Seconds with a sample; fewer than the period if the process was delayed",
                unit = "seconds")
        int sampledSeconds,

        @Description(value = "Seconds in which PostgreSQL did not answer", unit = "seconds")
        int unansweredSeconds,

        @Description(value = "Maximum of the connections in use", unit = "connections")
        int maxCheckedOut,

        @Description(value = "Maximum of the callers waiting for a connection", unit = "callers")
        int maxWaiting,

        @Description(value = "Callers refused in the period", unit = "callers")
        long refused,

        @Description("Connections in use by wait event, or by state while no statement runs")
        List<ActiveSessions> waitEvents,

        @Description("Connections in use by statement") List<ActiveSessions> statements,

        @Description("Connections that wait for a lock, by the session at the head of the chain")
        List<ActiveSessions> blockers,

        @Description("Connections in use by route") List<ActiveSessions> routes,

        @Description("Callers that wait for a connection, by route")
        List<ActiveSessions> waiters,

        @Description("The blocking sessions in that second as a tree, heads first")
        List<ChainLink> chains,

        @Description("The sampled seconds, the oldest first")
        List<ActivitySecond> seconds) {

    @Description("Sessions or callers of a period with the same wait event, statement, blocker or route")
    public record ActiveSessions(
            @Description(key = true, value = "What they have in common, for example Lock relation")
            String name,

            @Description(value = "Average number over the sampled seconds", unit = "sessions")
            double average,

            @Description(value = "Maximum number in one second", unit = "sessions")
            int max) {}

    @Description(
            "A session of a chain of lock waits, or equal ones; the sessions that it blocks follow with a higher depth")
    public record ChainLink(
            @Description(value = "Depth in the tree: 0 for a session that waits for no lock", unit = "levels")
            int depth,

            @Description(
                    value = "PID of the backend; -1 for several sessions, 0 for a prepared transaction",
                    unit = "pid")
            int pid,

            @Description("The session, for example pid 4123 (psql), or the route of callers of the pool")
            String session,

            @Description("Its wait event, or its state while no statement runs")
            String waitEvent,

            @Description("Its statement: the name or the masked text")
            String statement,

            @Description(value = "Number of sessions", unit = "sessions")
            int count) {}

    @Description("The diagnosis as text for a terminal")
    public String text() {
        return new PastDiagnosisText().write(this);
    }

    @Description("The pool's connections in use in one second by wait class, and the callers waiting for one")
    public record ActivitySecond(
            @Description(key = true, value = "Time of the sample, in UTC")
            Instant time,

            @Description("The situation, as in the diagnosis at that time")
            Situation situation,

            @Description("Whether PostgreSQL answered; if not, the wait classes are unknown and counted as other")
            boolean answered,

            @Description(value = "Connections that execute a statement and wait for nothing", unit = "connections")
            int cpu,

            @Description(value = "Connections that wait for reading or writing a file", unit = "connections")
            int io,

            @Description(value = "Connections that wait for a lock of another transaction", unit = "connections")
            int lock,

            @Description(value = "Connections that wait for an internal lock of PostgreSQL", unit = "connections")
            int lwLock,

            @Description(
                    value = "Connections that wait for another process, for example SyncRep for a standby",
                    unit = "connections")
            int ipc,

            @Description(value = "Connections that wait for the client to receive a result", unit = "connections")
            int client,

            @Description(value = "Connections in a transaction without a statement", unit = "connections")
            int idleInTransaction,

            @Description(value = "Other connections in use, for example without a statement", unit = "connections")
            int other,

            @Description(value = "Callers that wait for a connection", unit = "callers")
            int waiting,

            @Description("The sessions that block the pool's connections")
            List<BlockingSession> blockers) {

        private static final Set<String> WAIT_CLASSES = Set.of("CPU", "IO", "Lock", "LWLock", "IPC", "Client");
        private static final String IDLE_IN_TRANSACTION = "idle in transaction";
        private static final String OTHER = "other";

        @Description("A session at the head of chains of lock waits, and how many connections wait for it")
        public record BlockingSession(
                @Description(key = true, value = "The session, for example pid 4123 (psql)")
                String name,

                @Description(value = "Connections of the pool that wait for it", unit = "connections")
                int waiting) {}

        /** The wait class, by the wait event or the state of a session. */
        private static String waitClass(String waitEvent) {
            if (waitEvent.startsWith(IDLE_IN_TRANSACTION)) {
                return IDLE_IN_TRANSACTION;
            }
            String type = waitEvent.replaceFirst(" .*", "");
            return WAIT_CLASSES.contains(type) ? type : OTHER;
        }

        static ActivitySecond of(SampleRing.Second second) {
            Map<String, Integer> counts = new HashMap<>();
            Map<String, Integer> blockers = new TreeMap<>();
            int waiting = 0;
            for (Sample sample : second.samples()) {
                switch (sample.kind()) {
                    case POOL -> {
                        counts.merge(waitClass(sample.waitEvent()), sample.count(), Integer::sum);
                        if (!sample.blocker().isEmpty()) {
                            blockers.merge(sample.blocker(), sample.count(), Integer::sum);
                        }
                    }
                    case WAITER -> waiting += sample.count();
                    case BLOCKER -> {}
                }
            }
            return new ActivitySecond(
                    second.time(),
                    second.situation(),
                    second.answered(),
                    counts.getOrDefault("CPU", 0),
                    counts.getOrDefault("IO", 0),
                    counts.getOrDefault("Lock", 0),
                    counts.getOrDefault("LWLock", 0),
                    counts.getOrDefault("IPC", 0),
                    counts.getOrDefault("Client", 0),
                    counts.getOrDefault(IDLE_IN_TRANSACTION, 0),
                    counts.getOrDefault(OTHER, 0),
                    waiting,
                    blockers.entrySet().stream()
                            .map(blocker -> new BlockingSession(blocker.getKey(), blocker.getValue()))
                            .toList());
        }
    }

    /** Formats the diagnosis of a past period as text for a terminal of 120 columns. */
    private static final class PastDiagnosisText {
        private final StringBuilder text = new StringBuilder(2_048);

        private String write(PastDiagnosis past) {
            text.append(TextColumns.paragraph(past.sentence(), 0)).append('\n');
            past.time()
                    .ifPresent(time -> text.append(TextColumns.paragraph(
                            "%s at %s, the worst second of the period"
                                    .formatted(past.situation().orElseThrow(), WireFormat.time(time)),
                            0)));
            String unanswered = past.unansweredSeconds() == 0
                    ? ""
                    : ", PostgreSQL did not answer in %s of them".formatted(past.unansweredSeconds());
            text.append(TextColumns.paragraph(
                    "%s to %s: %s seconds sampled%s; at most %s connections in use, %s callers waiting; %s callers refused"
                            .formatted(
                                    WireFormat.time(past.from()),
                                    WireFormat.time(past.to()),
                                    past.sampledSeconds(),
                                    unanswered,
                                    past.maxCheckedOut(),
                                    past.maxWaiting(),
                                    past.refused()),
                    0));
            chains(past.chains());
            table("Connections in use by wait event", past.waitEvents());
            table("Waiting for a lock, by the head of the chain", past.blockers());
            table("By statement", past.statements());
            table("By route", past.routes());
            table("Waiting for a connection, by route", past.waiters());
            return text.toString();
        }

        private void chains(List<ChainLink> chains) {
            if (chains.isEmpty()) {
                return;
            }
            text.append("\nBlocking sessions; indented sessions wait for the one above\n");
            for (ChainLink link : chains) {
                String number = link.count() == 1 ? "" : link.count() + " × ";
                String line = number + "%s, %s: %s".formatted(link.session(), link.waitEvent(), link.statement());
                text.append(TextColumns.paragraph(line, 2 + 2 * link.depth()));
            }
        }

        private void table(String heading, List<ActiveSessions> rows) {
            if (rows.isEmpty()) {
                return;
            }
            text.append('\n').append(heading).append('\n');
            TextColumns table = new TextColumns(">average", ">max", "name");
            rows.forEach(row -> table.row(String.format(Locale.ROOT, "%.2f", row.average()), row.max(), row.name()));
            text.append(table.clipped());
        }
    }
}
