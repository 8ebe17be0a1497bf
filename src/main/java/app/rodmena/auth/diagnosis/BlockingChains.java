package app.rodmena.auth.diagnosis;

import app.rodmena.auth.database.activity.Backend;
import app.rodmena.auth.database.activity.Backend.BackendOwner;
import app.rodmena.auth.database.activity.LockWait;
import app.rodmena.auth.database.activity.LockWait.PreparedTransaction;
import app.rodmena.auth.database.activity.PostgresSnapshot;
import app.rodmena.auth.diagnosis.Blocker.WaitPath;
import app.rodmena.auth.pool.ConnectionView;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * Follows lock waits to the session at the head of the chain, which waits for no lock. Immutable after construction.
 */
final class BlockingChains {
    private static final int PREPARED_TRANSACTION = 0;

    private final Map<Integer, Backend> backends = new HashMap<>();
    private final Map<Integer, Integer> connectionIds = new HashMap<>();

    BlockingChains(PostgresSnapshot view, List<ConnectionView> ours) {
        view.backends().forEach(backend -> backends.put(backend.pid(), backend));
        ours.stream()
                .filter(connection -> connection.backendPid() != 0)
                .forEach(connection -> connectionIds.put(connection.backendPid(), connection.id()));
    }

    /** Of several heads, the one with the oldest transaction: the others are more likely to end soon. */
    Optional<Blocker> of(Backend waiting) {
        Map<Integer, List<Integer>> chains = new LinkedHashMap<>();
        Deque<Integer> pending = new ArrayDeque<>(List.of(waiting.pid()));
        while (!pending.isEmpty()) {
            int pid = pending.remove();
            List<Integer> chain = chains.getOrDefault(pid, List.of());
            for (int blocker : blockers(pid)) {
                if (!chains.containsKey(blocker)) {
                    chains.put(
                            blocker,
                            Stream.concat(chain.stream(), Stream.of(blocker)).toList());
                    pending.add(blocker);
                }
            }
        }
        List<List<Integer>> heads = chains.entrySet().stream()
                .filter(chain -> blockers(chain.getKey()).isEmpty())
                .map(Map.Entry::getValue)
                .sorted(Comparator.comparing(this::transactionAge).reversed())
                .toList();
        // No head: a deadlock, which PostgreSQL detects and breaks after deadlock_timeout (1 s by default).
        Optional<List<Integer>> chain =
                heads.stream().findFirst().or(() -> chains.values().stream().findFirst());
        return chain.map(pids -> {
            Optional<Backend> holder = directBlocker(waiting, pids);
            return toBlocker(
                    waiting.pid(),
                    new WaitPath(
                            pids,
                            holder.map(backend -> toBlocker(waiting.pid(), WaitPath.direct(backend.pid()))),
                            holder.filter(backend -> isSameLock(waiting, backend))
                                    .isPresent(),
                            heads.stream()
                                    .skip(1)
                                    .map(other -> toBlocker(waiting.pid(), WaitPath.along(other)))
                                    .toList()));
        });
    }

    /**
     * The session that a backend waits for directly; empty if that is the head of the chain, or if the backend only
     * queues for a row whose lock the head holds.
     */
    private Optional<Backend> directBlocker(Backend waiting, List<Integer> chain) {
        Backend direct = backends.get(chain.get(0));
        if (chain.size() == 1 || direct == null) {
            return Optional.empty();
        }
        // The first in the queue for a row waits for the transaction that locked it, the others for the first.
        boolean queuesForRow = waiting.lockWait()
                .filter(wait -> wait.what().startsWith("a row") && !wait.mode().equals("ShareLock"))
                .isPresent();
        return queuesForRow ? directBlocker(direct, chain.subList(1, chain.size())) : Optional.of(direct);
    }

    /** Whether both wait for a lock on the same object other than a row: then one waits behind the other. */
    private static boolean isSameLock(Backend waiting, Backend blocker) {
        return waiting.lockWait()
                .map(LockWait::what)
                .filter(what -> !what.isEmpty() && !what.startsWith("a row") && !what.equals("another transaction"))
                .equals(blocker.lockWait().map(LockWait::what));
    }

    private List<Integer> blockers(int pid) {
        return Optional.ofNullable(backends.get(pid))
                .flatMap(Backend::lockWait)
                .map(LockWait::blockedBy)
                .orElse(List.of());
    }

    private Duration transactionAge(List<Integer> chain) {
        return Optional.ofNullable(backends.get(chain.get(chain.size() - 1)))
                .flatMap(Backend::transactionFor)
                .orElse(Duration.ZERO);
    }

    private Blocker prepared(int waiting, WaitPath path) {
        List<Integer> chain = path.chain();
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
                path);
    }

    /** @param waiting the pid at the start of the chain */
    private Blocker toBlocker(int waiting, WaitPath path) {
        int pid = path.chain().get(path.chain().size() - 1);
        Integer connection = connectionIds.get(pid);
        OptionalInt connectionId = connection == null ? OptionalInt.empty() : OptionalInt.of(connection);
        Backend backend = backends.get(pid);
        if (pid == PREPARED_TRANSACTION) {
            return prepared(waiting, path);
        }
        if (backend == null) {
            return new Blocker(
                    Blocker.Kind.CLIENT, pid, "", "", "", Duration.ZERO, "", connectionId, false, true, false, path);
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
                path);
    }
}
