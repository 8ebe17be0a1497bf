package app.rodmena.auth.diagnosis;

import app.rodmena.auth.common.FirstLine;
import app.rodmena.auth.database.ApplicationName;
import app.rodmena.auth.database.FailureKind;
import app.rodmena.auth.database.Monitor;
import app.rodmena.auth.database.RecentFailures.FailureGroup;
import app.rodmena.auth.database.activity.Backend;
import app.rodmena.auth.database.activity.Backend.BackendOwner;
import app.rodmena.auth.database.activity.LockWait;
import app.rodmena.auth.database.activity.PostgresSnapshot;
import app.rodmena.auth.database.activity.PostgresSnapshot.BackendStateCount;
import app.rodmena.auth.diagnosis.SituationClassifier.NoisyTenant;
import app.rodmena.auth.pool.OpeningView;
import app.rodmena.auth.pool.PoolSnapshot;
import app.rodmena.auth.schema.WireFormat;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** Describes the situation and its causes in one sentence for an operator. A pure function. */
record Sentence(Observation observation, List<Holder> holders) {
    private static final int MAX_REASONS = 3;

    /** For failures within a shorter time, only the last one's age is shown. */
    private static final Duration MIN_SPAN = Duration.ofSeconds(2);

    static String of(Situation situation, Observation observed, List<Holder> holders) {
        return new Sentence(observed, holders).write(situation);
    }

    private PoolSnapshot pool() {
        return observation.after().view().numbers();
    }

    private String write(Situation situation) {
        String sentence = switch (situation) {
            case WELL -> state(situation);
            case FAILING ->
                "%s, %s: %s"
                        .formatted(
                                observation.failures().get(0).kind() == FailureKind.CONNECT_FAILED
                                        ? "Connection attempts fail"
                                        : "Requests fail",
                                usage(),
                                failures());
            case RECOVERING ->
                "Nothing has failed for %s, %s: %s"
                        .formatted(Formats.time(observation.failures().get(0).ago()), usage(), failures());
            default -> observation.failures().isEmpty() ? state(situation) : state(situation) + "; " + failures();
        };
        String failover = observation.availability().failover();
        return sentence
                + (failover.isEmpty() ? "" : "; " + failover)
                + observation.storm().map(storm -> "; " + storm.describe()).orElse("")
                + observation.pause().map("; "::concat).orElse("");
    }

    /** The lock that the preparation of the tables waits for, and its holder. */
    private String preparationLock() {
        PostgresSnapshot view = observation.postgres().orElse(null);
        if (view == null) {
            return "";
        }
        return view.backends().stream()
                .filter(backend -> backend.owner() == BackendOwner.OURS
                        && backend.lockWait().isPresent())
                .findFirst()
                .map(backend -> "; it waits for "
                        + Formats.lock(backend.lockWait().orElseThrow().what())
                        + Blocker.heldBy(new BlockingChains(view, List.of()).of(backend)))
                .orElse("");
    }

    /** For example {@code 20 requests refused 40 s ago (no connection became free within pool_timeout)}. */
    private String failures() {
        List<FailureGroup> groups = observation.failures();
        List<FailureGroup> shown = groups.stream()
                .filter(group -> group.equals(groups.get(0)) || !isRepeated(group, groups))
                .toList();
        String latest = shown.stream().limit(MAX_REASONS).map(this::failure).collect(Collectors.joining("; "));
        int earlier =
                shown.stream().skip(MAX_REASONS).mapToInt(FailureGroup::count).sum();
        return earlier == 0 ? latest : "%s; and %s earlier".formatted(latest, earlier);
    }

    /** Whether these are failed attempts to connect, and the refusals that they caused have the same message. */
    private static boolean isRepeated(FailureGroup group, List<FailureGroup> groups) {
        return group.kind() == FailureKind.CONNECT_FAILED
                && groups.stream()
                        .anyMatch(refused -> refused.kind() == FailureKind.DATABASE_DOWN
                                && refused.message().contains(group.message()));
    }

    private String failure(FailureGroup failure) {
        String attempts = failure.kind() == FailureKind.CONNECT_FAILED
                ? Formats.count(failure.count(), "connection attempt", "connection attempts") + " failed"
                : Formats.count(failure.count(), "request", "requests")
                        + (failure.kind().withoutConnection() ? " refused" : " failed");
        String role = failure.kind() == FailureKind.PERMISSION_DENIED ? ", role " + observation.role() : "";
        boolean isLong = failure.firstAgo().minus(failure.ago()).compareTo(MIN_SPAN) > 0;
        return "%s %s%s ago (%s%s)%s"
                .formatted(
                        attempts,
                        isLong ? Formats.time(failure.firstAgo()) + " to " : "",
                        Formats.time(failure.ago()),
                        failure.message(),
                        role,
                        failure.incident().map(id -> ", incident " + id).orElse(""));
    }

    private String state(Situation situation) {
        return switch (situation) {
            case WELL, FAILING, RECOVERING ->
                "Well: %s of %s connections in use, %s".formatted(pool().checkedOut(), pool().maximum(), waiters());
            case TROUBLED, BLOCKED, EXHAUSTED -> "%s: %s".formatted(usage(), reasons());
            case SATURATED ->
                "%s: %s".formatted(usage(), observation.availability().keptBack() ? poolerFull() : throughput());
            case NOISY_TENANT -> "%s: %s; %s".formatted(usage(), noisyTenant(), throughput());
            case OPENING -> "%s: %s".formatted(usage(), opening());
            case STALLED -> "%s, and no caller receives a connection: %s".formatted(usage(), stalled());
            case REFUSED -> "%s: %s%s".formatted(usage(), refusal(), troubleClauses());
            case NO_PRIMARY -> "No primary %s: %s; %s%s".formatted(since(), noPrimary(), usage(), troubleClauses());
            case DATABASE_DOWN -> "Database down %s: %s; %s%s".formatted(since(), outage(), usage(), troubleClauses());
            case NOT_PREPARED ->
                "PostgreSQL answers, but the tables are not ready: %s%s"
                        .formatted(observation.availability().problem(), preparationLock());
            case SUSPENDED ->
                "Suspended by an operator; all requests wait until the pool is resumed: %s".formatted(usage());
        };
    }

    private String noisyTenant() {
        return NoisyTenant.of(observation, holders)
                .map(noisy ->
                        "tenant %s has %s, most of them %s".formatted(noisy.tenant(), noisy.share(), noisy.route()))
                .orElseThrow();
    }

    private String waiters() {
        return pool().waiting() == 0
                ? "no requests waiting"
                : "%s waiting, the first for %s"
                        .formatted(
                                Formats.count(pool().waiting(), "request", "requests"),
                                Formats.time(observation.after().view().oldestWait()));
    }

    /** For example {@code 10 of 10 connections in use for up to 12.4 s, 37 requests waiting}. */
    private String usage() {
        String longest = holders.isEmpty()
                ? ""
                : " for up to " + Formats.time(holders.get(0).heldFor());
        String waiting = pool().waiting() == 0
                ? "no requests waiting"
                : Formats.count(pool().waiting(), "request", "requests") + " waiting"
                        + (SituationClassifier.waitsForBatch(observation) ? " for the previous batch" : "");
        return "%s of %s connections in use%s, %s".formatted(pool().checkedOut(), pool().maximum(), longest, waiting);
    }

    private String troubleClauses() {
        return holders.stream().anyMatch(holder -> holder.verdict().isTrouble()) ? "; " + reasons() : "";
    }

    /** One clause for each group of holders with the same reason, the largest group first. */
    private String reasons() {
        record Reason(Verdict verdict, Optional<String> blocker, String lock) {}
        Map<Reason, List<Holder>> groups = holders.stream()
                .collect(Collectors.groupingBy(
                        holder -> new Reason(holder.verdict(), holder.culprit().map(Blocker::label), lockOf(holder)),
                        LinkedHashMap::new,
                        Collectors.toList()));
        List<List<Holder>> bySize = groups.values().stream()
                .sorted(Comparator.<List<Holder>, Boolean>comparing(
                                group -> !group.get(0).verdict().isTrouble())
                        .thenComparing(group -> -group.size()))
                .toList();
        List<String> clauses = new ArrayList<>();
        bySize.stream().limit(MAX_REASONS).map(this::clause).forEach(clauses::add);
        int remaining = bySize.stream().skip(MAX_REASONS).mapToInt(List::size).sum();
        if (remaining > 0) {
            clauses.add("%s are in use for other reasons".formatted(remaining));
        }
        return String.join("; ", clauses);
    }

    private static String lockOf(Holder holder) {
        return holder.backend().flatMap(Backend::lockWait).map(LockWait::what).orElse("");
    }

    /** @param group holders with the same verdict, the longest use first */
    private String clause(List<Holder> group) {
        int count = group.size();
        Holder first = group.get(0);
        String becauseAndRoute = "%s (%s)".formatted(first.because(), first.route());
        return switch (first.verdict()) {
            case LOCK_WAIT ->
                Formats.count(count, "waits", "wait")
                        + " for "
                        + Formats.lock(lockOf(first))
                        + Blocker.heldBy(first.culprit());
            case SLOW_SQL -> Formats.count(count, "", "run slow SQL, the longest ") + first.because();
            case IDLE_IN_TRANSACTION ->
                Formats.count(count, "", "are idle in transaction; the longest ") + becauseAndRoute;
            case APP_HOLDING ->
                Formats.count(count, "", "are held by the application without running SQL; the longest ")
                        + becauseAndRoute;
            case LEAK ->
                Formats.count(count, "is a suspected leak: it ", "are suspected leaks: the longest ") + becauseAndRoute;
            case DEAD_BACKEND ->
                count == 1
                        ? "1 " + first.because()
                        : "%s use backends that no longer exist (pids %s)".formatted(count, pids(group));
            case NETWORK ->
                Formats.count(count, "", "wait for responses that the network does not deliver; the longest ")
                        + first.because();
            case WORKING -> Formats.count(count, "is in normal use", "are in normal use");
            case UNKNOWN -> Formats.count(count, "is in use for an unknown reason", "are in use for unknown reasons");
        };
    }

    private static String pids(List<Holder> group) {
        String first = group.stream()
                .limit(5)
                .map(holder -> String.valueOf(holder.backendPid()))
                .collect(Collectors.joining(", "));
        return group.size() > 5 ? first + " …" : first;
    }

    private String throughput() {
        Observation.Throughput rates = observation.throughput();
        if (rates.perSecond() == 0 && !holders.isEmpty()) {
            Holder longest = holders.get(0);
            return "none was returned recently; the longest use %s (%s)".formatted(longest.because(), longest.route());
        }
        return "each is returned soon (median %s, %s check-ins per second): %s"
                .formatted(
                        Formats.time(rates.medianUse()),
                        Formats.rate(rates.perSecond()),
                        observation
                                .postgres()
                                .flatMap(StatementWaits::busyCores)
                                .orElse("the load exceeds the pool's capacity"));
    }

    private String poolerFull() {
        String problem = observation.availability().problem();
        if (problem.contains("max_client_conn")) {
            return "%s %s".formatted(problem, since());
        }
        return "PgBouncer accepts connections but has given no server connection to the monitor %s: all are in use,"
                        .formatted(since())
                + " PgBouncer is paused, or PostgreSQL does not answer it";
    }

    private String opening() {
        OpeningView opening = observation.after().opening();
        String failure = opening.failure()
                .map(Sentence::firstLine)
                .map(", the last attempt failed (%s)"::formatted)
                .orElse("");
        return "%s for a new connection%s%s"
                .formatted(Formats.count(opening.acquiring(), "caller waits", "callers wait"), attempt(), failure);
    }

    private String attempt() {
        return observation
                .after()
                .opening()
                .attempt()
                .map(time -> ", the current attempt has taken %s so far".formatted(Formats.time(time)))
                .orElse("");
    }

    private String refusal() {
        String message = observation.refusalMessage();
        String state = observation.refusalState();
        if (!SituationClassifier.isRefusal(state)) {
            return "no connection can be opened (%s)%s".formatted(message, attempt());
        }
        return "PostgreSQL refuses new connections (%s)%s".formatted(message, state.startsWith("53") ? slots() : "");
    }

    private String stalled() {
        int callers = pool().waiting() + observation.after().opening().acquiring();
        int lost = observation.after().opening().unused();
        String connections = Formats.count(lost, "connection was", "connections were");
        return Formats.count(callers, "caller waits", "callers wait")
                + " although the pool is not full"
                + (lost == 0 ? "" : "; %s opened and lost before use".formatted(connections));
    }

    private static String firstLine(SQLException failure) {
        return FirstLine.of(failure.getMessage());
    }

    /** The distribution of PostgreSQL's connections by its current or last view; empty if there is none. */
    private String slots() {
        return observation
                .postgres()
                .or(observation::lastSeen)
                .map(view -> "; %sof its %s connections this process has %s, other instances have %s, others %s%s%s"
                        .formatted(
                                observation.postgres().isPresent()
                                        ? ""
                                        : "when last seen, %s ago, "
                                                .formatted(Formats.time(Duration.between(
                                                        view.takenAt(),
                                                        observation.after().at()))),
                                view.slots().maxConnections(),
                                view.slots().allOurs(),
                                view.slots().siblings(),
                                view.slots().others(),
                                largest(view),
                                limit("role " + view.role(), view.slots().roleLimit())
                                        + limit("this database", view.slots().databaseLimit())))
                .orElse("");
    }

    private static String limit(String owner, OptionalInt limit) {
        return limit.isPresent() ? "; the limit of %s is %s".formatted(owner, limit.getAsInt()) : "";
    }

    private static String largest(PostgresSnapshot view) {
        Map<String, Integer> byName = view.counts().stream()
                .filter(count -> !ApplicationName.isOfFleet(count.application()))
                .collect(Collectors.toMap(
                        count -> Formats.client(count.application(), count.user()),
                        BackendStateCount::count,
                        Integer::sum));
        return byName.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(entry -> ", of which %s has %s".formatted(entry.getKey(), entry.getValue()))
                .orElse("");
    }

    private String noPrimary() {
        return observation.after().opening().failure().map(Sentence::firstLine).orElseGet(this::outage);
    }

    private String since() {
        Instant since = observation
                .outage()
                .map(Monitor.Outage::since)
                .or(() -> observation.after().opening().downSince())
                .orElseGet(() -> observation.availability().since());
        Duration duration = Duration.between(since, observation.after().at());
        return "since %s (%s)".formatted(WireFormat.time(since), Formats.time(duration));
    }

    private String outage() {
        return observation
                .outage()
                .map(Monitor.Outage::message)
                .orElseGet(() -> observation.availability().problem());
    }
}
