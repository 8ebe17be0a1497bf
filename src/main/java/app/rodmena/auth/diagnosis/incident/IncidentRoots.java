package app.rodmena.auth.diagnosis.incident;

import app.rodmena.auth.database.DatabaseFailure;
import app.rodmena.auth.diagnosis.Blocker;
import app.rodmena.auth.diagnosis.Diagnosis;
import app.rodmena.auth.diagnosis.Holder;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Names root causes, so that different symptoms of the same lock or outage become one incident. Pure functions. */
final class IncidentRoots {
    /** PostgreSQL is unreachable, ends sessions, or is a standby: a failover causes all three. */
    static final String DOWN = "down";

    private static final Pattern UNREACHABLE = Pattern.compile("|HY000|25006|08.*|57.*");

    /** Waits for something else than the work of the statement, whose waits alternate. */
    private static final Pattern EXTERNAL_WAIT = Pattern.compile("IPC SyncRep|(Timeout|Extension) .*");

    private IncidentRoots() {}

    /** The root cause of the waits of callers; {@link OpenIncidents#UNKNOWN} if the diagnosis shows none. */
    static String of(Diagnosis diagnosis) {
        return switch (diagnosis.situation()) {
            case DATABASE_DOWN, NO_PRIMARY, REFUSED -> down(diagnosis.sqlState());
            case SUSPENDED, NOT_PREPARED, STALLED, OPENING, SATURATED, NOISY_TENANT ->
                diagnosis.situation().name();
            case TROUBLED, BLOCKED, EXHAUSTED -> mostFrequent(diagnosis);
            case WELL, RECOVERING, FAILING -> OpenIncidents.UNKNOWN;
        };
    }

    /** All root causes that a diagnosis shows. */
    static Set<String> allOf(Diagnosis diagnosis) {
        Set<String> roots = diagnosis.holders().stream()
                .filter(holder -> holder.verdict().isTrouble())
                .map(holder -> of(diagnosis, holder))
                .collect(Collectors.toCollection(HashSet::new));
        roots.add(of(diagnosis));
        roots.remove(OpenIncidents.UNKNOWN);
        return roots;
    }

    /** The root cause that delays the check-in of one holder. */
    static String of(Diagnosis diagnosis, Holder holder) {
        String overall = of(diagnosis);
        return overall.startsWith(DOWN) ? overall : ofHolder(diagnosis, holder);
    }

    /** The root cause that delays the check-in of the longest holder of a route; unknown if there is none. */
    static String of(Diagnosis diagnosis, String route) {
        return diagnosis.holders().stream()
                .filter(holder ->
                        holder.route().equals(route) && holder.verdict().isTrouble())
                .findFirst()
                .map(holder -> of(diagnosis, holder))
                .orElse(OpenIncidents.UNKNOWN);
    }

    /** The root cause of broken connections and refused sessions. */
    static String down(String sqlState) {
        return UNREACHABLE.matcher(sqlState).matches() ? DOWN : DOWN + " " + sqlState;
    }

    /**
     * The root cause of a refused statement: the message for general trouble, otherwise the reason only, because, for
     * example, a privilege may be missing for several tables.
     */
    static String of(DatabaseFailure failure) {
        return failure.reason() == DatabaseFailure.Reason.DATABASE_TROUBLE
                ? failure.getMessage()
                : failure.reason().name();
    }

    static String ofHolding(String route) {
        return "held by " + route;
    }

    private static String mostFrequent(Diagnosis diagnosis) {
        Map<String, Long> counts = diagnosis.holders().stream()
                .filter(holder -> holder.verdict().isTrouble())
                .collect(Collectors.groupingBy(
                        holder -> ofHolder(diagnosis, holder), LinkedHashMap::new, Collectors.counting()));
        return counts.entrySet().stream()
                .max(Comparator.comparingLong(Map.Entry::getValue))
                .map(Map.Entry::getKey)
                .orElse(OpenIncidents.UNKNOWN);
    }

    private static String ofHolder(Diagnosis diagnosis, Holder holder) {
        return switch (holder.verdict()) {
            case LOCK_WAIT ->
                holder.culprit()
                        .map(blockingSession -> holderOf(diagnosis, blockingSession)
                                .map(holding -> ofHolding(holding.route()))
                                .orElse("lock held by "
                                        + (blockingSession.pid() == 0
                                                ? blockingSession.label() // A prepared transaction has no pid.
                                                : "pid " + blockingSession.pid())))
                        .orElse("lock");
            case APP_HOLDING, LEAK, IDLE_IN_TRANSACTION -> ofHolding(holder.route());
            case SLOW_SQL ->
                "slow SQL of " + holder.route()
                        + (EXTERNAL_WAIT.matcher(holder.waitEvent()).matches() ? ", " + holder.waitEvent() : "");
            case NETWORK, DEAD_BACKEND -> "network";
            case WORKING, UNKNOWN -> OpenIncidents.UNKNOWN;
        };
    }

    private static Optional<Holder> holderOf(Diagnosis diagnosis, Blocker blockingSession) {
        OptionalInt id = blockingSession.connectionId();
        return diagnosis.holders().stream()
                .filter(holder -> id.isPresent() && holder.connectionId() == id.getAsInt())
                .findFirst();
    }
}
