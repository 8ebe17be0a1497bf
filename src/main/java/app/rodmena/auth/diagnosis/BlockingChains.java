package app.rodmena.auth.diagnosis;

import app.rodmena.auth.database.activity.Backend;
import app.rodmena.auth.database.activity.Backend.BackendOwner;
import app.rodmena.auth.database.activity.LockWait;
import app.rodmena.auth.database.activity.LockWait.PreparedTransaction;
import app.rodmena.auth.database.activity.PostgresSnapshot;
import app.rodmena.auth.pool.ConnectionView;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Follows lock waits to the session at the head of the chain, which waits for no lock. Immutable after construction.
 */
final class BlockingChains {
    private static final int PREPARED_TRANSACTION = 0;

    /** A statement that locks a whole table, and therefore stops all later ones while it waits itself. */
    private static final Pattern TABLE_LOCK = Pattern.compile(
            "(?:^|; ?)((?:alter|cluster|create|drop|lock|refresh|reindex|truncate|vacuum) \\w+)",
            Pattern.CASE_INSENSITIVE);

    /** A statement that waits for the head of a chain, and whose place in the queue makes the others wait. */
    record QueuedStatement(Backend backend, String command) {
        /** For example {@code ALTER TABLE of pid 77 (migration)}. */
        String label() {
            return "%s of pid %s (%s)".formatted(command, backend.pid(), backend.application());
        }
    }

    private final Map<Integer, Backend> backends = new HashMap<>();
    private final Map<Integer, Integer> connectionIds = new HashMap<>();

    BlockingChains(PostgresSnapshot view, List<ConnectionView> ours) {
        view.backends().forEach(backend -> backends.put(backend.pid(), backend));
        ours.stream()
                .filter(connection -> connection.backendPid() != 0)
                .forEach(connection -> connectionIds.put(connection.backendPid(), connection.id()));
    }

    /**
     * The table lock that a connection of the pool waits behind; empty if it waits for the head of the chain itself.
     */
    static Optional<QueuedStatement> queuedStatement(Blocker head, Optional<PostgresSnapshot> view) {
        return Optional.of(head)
                .filter(blocker -> blocker.chain().size() > 1)
                .flatMap(blocker ->
                        view.flatMap(seen -> seen.backend(blocker.chain().get(0))))
                .flatMap(backend -> {
                    Matcher command = TABLE_LOCK.matcher(backend.query());
                    return command.find()
                            ? Optional.of(new QueuedStatement(
                                    backend, command.group(1).toUpperCase(Locale.ROOT)))
                            : Optional.empty();
                });
    }

    /** Of several heads, the one with the oldest transaction: the others are more likely to end soon. */
    Optional<Blocker> of(Backend waiting) {
        Map<Integer, List<Integer>> chains = new LinkedHashMap<>();
        extend(chains, List.of(), waiting.pid());
        Deque<Integer> pending = new ArrayDeque<>(chains.keySet());
        while (!pending.isEmpty()) {
            int pid = pending.remove();
            pending.addAll(extend(chains, chains.get(pid), pid));
        }
        Optional<Blocker> head = chains.entrySet().stream()
                .filter(chain -> blockers(chain.getKey()).isEmpty())
                .map(chain -> toBlocker(chain.getValue(), waiting.pid()))
                .max(Comparator.comparing(this::age));
        // No head: a deadlock, which PostgreSQL detects and breaks after deadlock_timeout (1 s by default).
        return head.or(() -> chains.values().stream().findFirst().map(chain -> toBlocker(chain, waiting.pid())));
    }

    /** Adds a chain for each blocker of {@code pid} that has none yet. @return the pids of these blockers */
    private List<Integer> extend(Map<Integer, List<Integer>> chains, List<Integer> chain, int pid) {
        List<Integer> added = new ArrayList<>();
        for (int blocker : blockers(pid)) {
            List<Integer> extended = new ArrayList<>(chain);
            extended.add(blocker);
            if (chains.putIfAbsent(blocker, extended) == null) {
                added.add(blocker);
            }
        }
        return added;
    }

    private List<Integer> blockers(int pid) {
        return Optional.ofNullable(backends.get(pid))
                .flatMap(Backend::lockWait)
                .map(LockWait::blockedBy)
                .orElse(List.of());
    }

    private Duration age(Blocker candidate) {
        return Optional.ofNullable(backends.get(candidate.pid()))
                .flatMap(Backend::transactionFor)
                .orElse(Duration.ZERO);
    }

    private Blocker prepared(List<Integer> chain, int waiting) {
        int blocked = chain.size() == 1 ? waiting : chain.get(chain.size() - 2);
        Optional<PreparedTransaction> transaction = Optional.ofNullable(backends.get(blocked))
                .flatMap(Backend::lockWait)
                .flatMap(LockWait::prepared);
        return new Blocker(
                Blocker.Kind.PREPARED_TRANSACTION,
                PREPARED_TRANSACTION,
                transaction.map(PreparedTransaction::gid).orElse(""),
                transaction.map(PreparedTransaction::owner).orElse(""),
                "",
                transaction.map(PreparedTransaction::age).orElse(Duration.ZERO),
                "",
                OptionalInt.empty(),
                false,
                false,
                false,
                chain);
    }

    /** @param waiting the pid at the start of the chain */
    private Blocker toBlocker(List<Integer> chain, int waiting) {
        int pid = chain.get(chain.size() - 1);
        Integer connection = connectionIds.get(pid);
        OptionalInt connectionId = connection == null ? OptionalInt.empty() : OptionalInt.of(connection);
        Backend backend = backends.get(pid);
        if (pid == PREPARED_TRANSACTION) {
            return prepared(chain, waiting);
        }
        if (backend == null) {
            return new Blocker(
                    Blocker.Kind.CLIENT, pid, "", "", "", Duration.ZERO, "", connectionId, false, true, false, chain);
        }
        boolean ours = connection != null || backend.owner() == BackendOwner.OURS;
        Duration lasting = (backend.isActive() ? backend.queryFor() : backend.stateFor()).orElse(Duration.ZERO);
        return new Blocker(
                ours ? Blocker.Kind.OURS : Blocker.Kind.of(backend),
                pid,
                backend.application(),
                backend.user(),
                backend.state(),
                lasting,
                backend.query(),
                connectionId,
                ours,
                backend.hidden(),
                backend.endable(),
                chain);
    }
}
