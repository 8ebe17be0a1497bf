package app.rodmena.auth.diagnosis.history;

import app.rodmena.auth.diagnosis.Situation;
import app.rodmena.auth.schema.Description;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The activity of one sampled second: the pool's connections in use by wait class, and the waiting callers. */
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

    /** A session at the head of chains of lock waits in one second. */
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
