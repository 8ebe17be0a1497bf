package app.rodmena.auth.jconsole;

import java.io.IOException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;

/**
 * The values of the pool's MBeans at one moment.
 *
 * @param oldestWaitMillis longest current wait for a connection
 * @param diagnosis the diagnosis in one sentence; it and the holders are at most a few seconds old
 * @param holders the connections in use with their verdicts, longest first
 */
record PoolReading(
        Instant time,
        int poolSize,
        int maximum,
        int checkedOut,
        int idle,
        int overflow,
        int waiting,
        double oldestWaitMillis,
        boolean suspended,
        String diagnosis,
        List<Holder> holders) {

    private static final String POOL = "app.rodmena.auth:type=Pool,name=auth";
    private static final String DIAGNOSIS = "app.rodmena.auth:type=Diagnosis";

    /** A connection in use. */
    record Holder(
            int connection,
            int backendPid,
            long heldMillis,
            String verdict,
            String because,
            String route,
            String tenant,
            String thread,
            String lastSql) {

        /** The last statement on one line. */
        String statement() {
            return lastSql.replaceAll("\\s+", " ").strip();
        }
    }

    /** Reads the current values; empty if there is no such pool. */
    static Optional<PoolReading> of(MBeanServerConnection beans) throws IOException, JMException {
        try {
            CompositeData snapshot = (CompositeData) beans.getAttribute(new ObjectName(POOL), "Snapshot");
            ObjectName diagnosis = new ObjectName(DIAGNOSIS);
            return Optional.of(new PoolReading(
                    Instant.now(),
                    number(snapshot, "poolSize"),
                    number(snapshot, "poolSize") + number(snapshot, "maxOverflow"),
                    number(snapshot, "checkedOut"),
                    number(snapshot, "idle"),
                    number(snapshot, "overflow"),
                    number(snapshot, "waiting"),
                    ((Number) snapshot.get("oldestWaitMillis")).doubleValue(),
                    (Boolean) snapshot.get("suspended"),
                    (String) beans.getAttribute(diagnosis, "Sentence"),
                    holders((TabularData) beans.getAttribute(diagnosis, "Holders"))));
        } catch (InstanceNotFoundException e) {
            return Optional.empty();
        }
    }

    private static List<Holder> holders(TabularData table) {
        return table.values().stream()
                .map(CompositeData.class::cast)
                .map(row -> new Holder(
                        number(row, "connectionId"),
                        number(row, "backendPid"),
                        ((Number) row.get("heldMillis")).longValue(),
                        text(row, "verdict"),
                        text(row, "because"),
                        text(row, "route"),
                        text(row, "tenant"),
                        text(row, "thread"),
                        text(row, "lastSql")))
                .sorted(Comparator.comparingLong(Holder::heldMillis).reversed())
                .toList();
    }

    private static int number(CompositeData row, String item) {
        return ((Number) row.get(item)).intValue();
    }

    private static String text(CompositeData row, String item) {
        return (String) row.get(item);
    }

    /** The numbers as text. */
    String numbers() {
        String text = "%s of %s connections in use, %s idle, %s beyond pool_size (%s)"
                .formatted(checkedOut, maximum, idle, overflow, poolSize);
        if (waiting > 0) {
            text += String.format(Locale.ROOT, "; %d waiting, the oldest for %.1f s", waiting, oldestWaitMillis / 1000);
        }
        return suspended ? text + "; suspended: all callers wait" : text;
    }
}
