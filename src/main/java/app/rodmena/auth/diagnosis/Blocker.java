package app.rodmena.auth.diagnosis;

import app.rodmena.auth.database.activity.Backend;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The session at the head of a chain of lock waits. It waits for no lock itself, except in a deadlock. Immutable.
 *
 * @param pid the pid of its backend; 0 for a prepared transaction
 * @param application its application_name; the global identifier of a prepared transaction
 * @param state its state, for example {@code idle in transaction}; empty if hidden from the pool's role
 * @param lasting the time in this state, or the running time of an active statement; zero if hidden from the pool's
 *     role
 * @param query its last statement, with literals masked if it is not from this process; empty if hidden from the pool's
 *     role
 * @param connectionId the number of the pool's connection; empty if it is not a connection of the pool
 * @param ours whether it is a backend of this process
 * @param hidden whether its state is hidden from the pool's role
 * @param endable whether the pool's role may cancel its statement and terminate its session
 */
public record Blocker(
        Kind kind,
        int pid,
        String application,
        String user,
        String state,
        Duration lasting,
        String query,
        OptionalInt connectionId,
        boolean ours,
        boolean hidden,
        boolean endable,
        WaitPath path) {
    /** A statement that locks a whole table, and therefore stops all later ones while it waits itself. */
    private static final Pattern TABLE_LOCK = Pattern.compile(
            "(?:^|; ?)((?:alter|cluster|create|drop|lock|refresh|reindex|truncate|vacuum) \\w+)",
            Pattern.CASE_INSENSITIVE);

    /**
     * How a waiting session depends on the head of its chain.
     *
     * @param chain the pids from the direct blocker to the head; more than one if other sessions wait in between
     * @param direct the session that it waits for directly; empty if that is the head
     * @param queued whether {@code direct} does not hold the lock, but waits for it in the queue before it
     * @param others the heads of further chains, which it waits for as well
     */
    public record WaitPath(List<Integer> chain, Optional<Blocker> direct, boolean queued, List<Blocker> others) {
        public WaitPath {
            chain = List.copyOf(chain);
            others = List.copyOf(others);
        }

        static WaitPath along(List<Integer> chain) {
            return new WaitPath(chain, Optional.empty(), false, List.of());
        }

        static WaitPath direct(int pid) {
            return along(List.of(pid));
        }
    }

    /** The pids from the direct blocker to this session. */
    public List<Integer> chain() {
        return path.chain();
    }

    /** The session before the waiting one in the queue for the lock, whose end would let it through. */
    Optional<Blocker> queued() {
        return path.direct().filter(direct -> path.queued());
    }

    /** Its lock request, for example {@code ALTER TABLE of pid 77 (migration)}. */
    String request() {
        Matcher command = TABLE_LOCK.matcher(query);
        return "%s of %s"
                .formatted(command.find() ? command.group(1).toUpperCase(Locale.ROOT) : "the lock request", label());
    }

    /** Who has what the waiting session needs, for example {@code pid 77 (job, active for 3 s), which waits for …}. */
    String heldBy() {
        List<Blocker> others = path.others();
        String heads = describe()
                + switch (others.size()) {
                    case 0 -> "";
                    case 1 -> " and " + others.get(0).label();
                    default -> " and %s other sessions".formatted(others.size());
                };
        return queued().map(
                        direct -> "%s, behind %s, which waits too: end that first".formatted(heads, direct.request()))
                .or(() -> path.direct().map(direct -> "%s, which waits for %s".formatted(direct.describe(), heads)))
                .orElse(heads);
    }

    /** The session without its activity, for example {@code pid 4123 (psql)}. */
    public String label() {
        if (kind == Kind.PREPARED_TRANSACTION) {
            return application.isEmpty()
                    ? "a prepared transaction (see pg_prepared_xacts)"
                    : "the prepared transaction " + application;
        }
        return "pid %s (%s)".formatted(pid, name());
    }

    /** The session with its activity, for example {@code pid 4123 (psql, idle in transaction for 42 s)}. */
    String describe() {
        if (kind == Kind.PREPARED_TRANSACTION) {
            return application.isEmpty()
                    ? label()
                    : "%s of role %s, prepared %s ago".formatted(label(), user, Formats.time(lasting));
        }
        String type = kind.label.isEmpty() ? "" : ", " + kind.label;
        String role = kind == Kind.SUPERUSER ? " " + user : "";
        String activity =
                hidden ? "activity hidden from this role" : "%s for %s".formatted(state, Formats.time(lasting));
        return "pid %s (%s%s%s, %s)".formatted(pid, name(), type, role, activity);
    }

    /** What to add to the name of a lock: who has what the waiting session needs; empty if it is not known. */
    static String heldBy(Optional<Blocker> session) {
        return session.map(blocker -> " held by " + blocker.heldBy()).orElse("");
    }

    private String name() {
        if (connectionId.isPresent()) {
            return "connection %s of this pool".formatted(connectionId.getAsInt());
        }
        if (kind == Kind.AUTOVACUUM) {
            return query.isEmpty() ? "autovacuum worker" : query;
        }
        return application.isEmpty() && user.isEmpty() ? "no application_name" : Formats.client(application, user);
    }

    /** What kind of session is at the head of a chain of lock waits; determines how it can be ended. */
    public enum Kind {
        /** A session of this process. */
        OURS(""),
        /** A session of another instance of this server. */
        INSTANCE("another instance of this server"),
        /**
         * An autovacuum worker. PostgreSQL cancels it for a waiting session, unless it prevents transaction ID
         * wraparound.
         */
        AUTOVACUUM(""),
        /** A transaction prepared for two-phase commit, which has no session. */
        PREPARED_TRANSACTION(""),
        /** A session of a standby, a subscription, or a tool that uses the replication protocol. */
        REPLICATION("replication session"),
        /** A session of a superuser, which the pool's role may not end. */
        SUPERUSER("superuser"),
        /** A session of another client. */
        CLIENT("");

        /** The kind in a sentence; empty if the session's other names say it. */
        private final String label;

        Kind(String label) {
            this.label = label;
        }

        static Kind of(Backend backend) {
            if (backend.type().equals("autovacuum worker")) {
                return AUTOVACUUM;
            }
            if (backend.type().equals("walsender") || backend.type().startsWith("logical replication")) {
                return REPLICATION;
            }
            return switch (backend.owner()) {
                case POOL, OURS -> OURS;
                case SIBLING -> INSTANCE;
                case OTHER -> backend.superuser() && !backend.endable() ? SUPERUSER : CLIENT;
            };
        }
    }
}
