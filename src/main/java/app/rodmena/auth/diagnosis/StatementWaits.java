package app.rodmena.auth.diagnosis;

import app.rodmena.auth.database.activity.Backend;
import app.rodmena.auth.database.activity.Backend.BackendOwner;
import app.rodmena.auth.database.activity.PostgresSnapshot;
import app.rodmena.auth.pool.ConnectionView;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Samples what the statements of the pool's connections wait for, for their whole running time. Not thread-safe. */
final class StatementWaits {
    /** The waits for a file that is not part of a table or an index: BufFileWrite, since PostgreSQL 17 BuffileWrite. */
    private static final Pattern TEMPORARY = Pattern.compile("IO Buf[Ff]ile.*");

    /** A statement waits for cached files for moments only; in so many samples it is no accident. */
    private static final int MIN_TEMPORARY_SAMPLES = 2;

    private static final Set<String> LOCAL = Set.of("", "127.0.0.1", "::1");

    /** A use of a connection and the number of statements prepared so far: equal only if no progress was made. */
    record Statement(int connectionId, long checkouts, long statements) {
        static Statement of(ConnectionView connection) {
            return new Statement(connection.id(), connection.checkouts(), connection.statements());
        }
    }

    /** The reason why a statement is slow. */
    enum Reason {
        TEMPORARY_FILES(
                "it writes temporary files, because work_mem does not suffice",
                "Give sorts and hashes more memory, from the next session on; each of them may use this amount",
                "alter role current_user set work_mem = '64MB'"),
        WAL(
                "the write-ahead log is written too slowly",
                "Check the disk of the write-ahead log",
                "select wal_records, wal_bytes, wal_buffers_full, stats_reset from pg_stat_wal"),
        SYNC_REP(
                "no synchronous standby has confirmed the commit",
                "Check the synchronous standbys, which have not confirmed these commits; do not cancel the statements:"
                        + " a cancelled wait reports success",
                "select current_setting('synchronous_standby_names') as wanted, application_name, client_addr, state,"
                        + " sync_state, replay_lag from (values (1)) one left join pg_stat_replication on true"),
        IO(
                "it reads or writes files",
                "Find the tables that are read from disk",
                "select relname, heap_blks_read, heap_blks_hit, idx_blks_read, idx_blks_hit"
                        + " from pg_statio_user_tables order by heap_blks_read desc limit 10"),
        CONTENTION("sessions contend for a structure inside PostgreSQL", "", ""),
        CPU(
                "it computes",
                "Find the sessions that compute",
                "select application_name, usename, count(*), max(now() - query_start) as longest from pg_stat_activity"
                        + " where state = 'active' and wait_event is null group by 1, 2 order by 3 desc"),
        OTHER("", "", "");

        private final String meaning;

        /** The recommended action; empty if there is none. */
        final String remedy;

        /** The statement for the remedy. */
        final String sql;

        Reason(String meaning, String remedy, String sql) {
            this.meaning = meaning;
            this.remedy = remedy;
            this.sql = sql;
        }

        private static Reason of(String waitEvent) {
            String type = waitEvent.replaceFirst(" .*", "");
            String event = waitEvent.substring(waitEvent.indexOf(' ') + 1);
            if (TEMPORARY.matcher(waitEvent).matches()) {
                return TEMPORARY_FILES;
            }
            if (event.equals("SyncRep")) {
                return SYNC_REP;
            }
            if (event.startsWith("WAL") || event.startsWith("Wal")) {
                return WAL;
            }
            return switch (type) {
                case "IO" -> IO;
                case "LWLock" -> CONTENTION;
                case Summary.CPU_EVENT -> CPU;
                default -> OTHER;
            };
        }
    }

    /**
     * The most frequent wait of a statement; instead of CPU that for temporary files, which can be avoided.
     *
     * @param event the wait event, or {@link #CPU_EVENT}
     * @param samples the number of samples with this event
     * @param active the backends that computed at the last sample
     * @param cores the processors of PostgreSQL's machine; 0 if unknown
     */
    record Summary(String event, int samples, int total, int active, int cores) {
        static final String CPU_EVENT = "CPU";

        Reason reason() {
            return Reason.of(event);
        }

        private static String busyCores(int active, int cores) {
            return "%s sessions compute on %s cores".formatted(active, cores);
        }

        /** For example {@code (wait event IO DataFileRead in 9 of 10 samples: it reads or writes files)}. */
        String describe() {
            boolean isCpu = event.equals(CPU_EVENT);
            String share = samples == total ? "" : " in %s of %s samples".formatted(samples, total);
            String meaning = isCpu && cores > 0 && active > cores ? busyCores(active, cores) : reason().meaning;
            return " (%s%s%s)"
                    .formatted(isCpu ? event : "wait event " + event, share, meaning.isEmpty() ? "" : ": " + meaning);
        }
    }

    private Map<Statement, Map<String, Integer>> samples = new HashMap<>();

    /** Adds a view of PostgreSQL; returns the summaries by connection number. */
    Map<Integer, Summary> add(PoolObservation pool, PostgresSnapshot view) {
        Map<Statement, Map<String, Integer>> current = new HashMap<>();
        Map<Integer, Summary> summaries = new HashMap<>();
        int active = computing(view).size();
        for (ConnectionView connection : pool.connections()) {
            Optional<Backend> backend = view.backend(connection.backendPid()).filter(Backend::isActive);
            if (backend.isPresent() && connection.use().isPresent()) {
                Statement statement = Statement.of(connection);
                Map<String, Integer> counts = new HashMap<>(samples.getOrDefault(statement, Map.of()));
                counts.merge(event(backend.get()), 1, Integer::sum);
                current.put(statement, counts);
                summaries.put(connection.id(), summary(counts, active, backend.get()));
            }
        }
        samples = current;
        return summaries;
    }

    private static Summary summary(Map<String, Integer> counts, int active, Backend backend) {
        int total = counts.values().stream().mapToInt(Integer::intValue).sum();
        int cores = cores(backend);
        Map.Entry<String, Integer> most = max(counts, event -> true).orElseThrow();
        Optional<Map.Entry<String, Integer>> temporary = Optional.of(most)
                .filter(event -> event.getKey().equals(Summary.CPU_EVENT))
                .flatMap(cpu -> max(counts, event -> TEMPORARY.matcher(event).matches()))
                .filter(event -> event.getValue() >= MIN_TEMPORARY_SAMPLES);
        Map.Entry<String, Integer> shown = temporary.orElse(most);
        return new Summary(shown.getKey(), shown.getValue(), total, active, cores);
    }

    private static Optional<Map.Entry<String, Integer>> max(Map<String, Integer> counts, Predicate<String> event) {
        return counts.entrySet().stream()
                .filter(entry -> event.test(entry.getKey()))
                .max(Map.Entry.comparingByValue());
    }

    /**
     * States that more sessions compute than PostgreSQL's machine has cores, for example {@code 10 sessions compute on
     * 2 cores, 8 of them of analytics}; empty if they do not, or the number of cores is unknown.
     */
    static Optional<String> busyCores(PostgresSnapshot view) {
        List<Backend> computing = computing(view);
        // A backend without an address may be on another machine: an autovacuum worker, or a client of its socket.
        int cores = view.backends().stream()
                .filter(backend -> backend.owner() == BackendOwner.POOL)
                .mapToInt(StatementWaits::cores)
                .filter(number -> number > 0)
                .findFirst()
                .orElse(Integer.MAX_VALUE);
        if (computing.size() <= cores) {
            return Optional.empty();
        }
        String others = computing.stream()
                .filter(backend -> backend.owner() == BackendOwner.OTHER)
                .collect(Collectors.groupingBy(
                        backend -> Formats.client(backend.application(), backend.user()), Collectors.counting()))
                .entrySet()
                .stream()
                .max(Map.Entry.comparingByValue())
                .map(most -> ", %s of them of %s".formatted(most.getValue(), most.getKey()))
                .orElse("");
        return Optional.of(Summary.busyCores(computing.size(), cores) + others);
    }

    /** The backends that use a CPU, without the monitor, which runs the query. */
    private static List<Backend> computing(PostgresSnapshot view) {
        return view.backends().stream()
                .filter(backend -> backend.owner() != BackendOwner.OURS)
                .filter(backend -> event(backend).equals(Summary.CPU_EVENT))
                .toList();
    }

    /** The processors of PostgreSQL's machine; 0 if unknown. */
    private static int cores(Backend backend) {
        return LOCAL.contains(backend.client()) ? Runtime.getRuntime().availableProcessors() : 0;
    }

    private static String event(Backend backend) {
        if (!backend.isActive()) {
            return "";
        }
        return backend.waitsFor().isEmpty() ? Summary.CPU_EVENT : backend.waitsFor();
    }
}
