package app.rodmena.auth.diagnosis.history;

import app.rodmena.auth.diagnosis.Situation;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.TableKey;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The activity of one sampled second: the pool's connections in use by wait class, and the waiting callers. */
@Description("The pool's connections in use in one second by wait class, and the callers waiting for one")
public record ActivitySecond(
        @TableKey @Description("Time of the sample, in UTC") Instant time,

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

    /** The wait classes, by the wait event or state of a session. */
    private enum WaitClass {
        CPU,
        IO,
        LOCK,
        LW_LOCK,
        IPC,
        CLIENT,
        IDLE_IN_TRANSACTION,
        OTHER;

        static WaitClass of(String waitEvent) {
            if (waitEvent.startsWith("idle in transaction")) {
                return IDLE_IN_TRANSACTION;
            }
            return switch (waitEvent.replaceFirst(" .*", "")) {
                case "CPU" -> CPU;
                case "IO" -> IO;
                case "Lock" -> LOCK;
                case "LWLock" -> LW_LOCK;
                case "IPC" -> IPC;
                case "Client" -> CLIENT;
                default -> OTHER;
            };
        }
    }

    static ActivitySecond of(SampleRing.Second second) {
        Map<WaitClass, Integer> counts = new EnumMap<>(WaitClass.class);
        Map<String, Integer> blockers = new TreeMap<>();
        int waiting = 0;
        for (Sample sample : second.samples()) {
            switch (sample.kind()) {
                case POOL -> {
                    counts.merge(WaitClass.of(sample.waitEvent()), sample.count(), Integer::sum);
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
                counts.getOrDefault(WaitClass.CPU, 0),
                counts.getOrDefault(WaitClass.IO, 0),
                counts.getOrDefault(WaitClass.LOCK, 0),
                counts.getOrDefault(WaitClass.LW_LOCK, 0),
                counts.getOrDefault(WaitClass.IPC, 0),
                counts.getOrDefault(WaitClass.CLIENT, 0),
                counts.getOrDefault(WaitClass.IDLE_IN_TRANSACTION, 0),
                counts.getOrDefault(WaitClass.OTHER, 0),
                waiting,
                blockers.entrySet().stream()
                        .map(blocker -> new BlockingSession(blocker.getKey(), blocker.getValue()))
                        .toList());
    }
}
