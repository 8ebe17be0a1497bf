package app.rodmena.auth.diagnosis;

import app.rodmena.auth.activity.Backend;
import app.rodmena.auth.activity.BackendStateCount;
import app.rodmena.auth.activity.LockWait;
import app.rodmena.auth.activity.PostgresSnapshot;
import app.rodmena.auth.database.FailureKind;
import app.rodmena.auth.database.Monitor;
import app.rodmena.auth.pool.OpeningView;
import app.rodmena.auth.pool.PoolSnapshot;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** Describes the situation and its causes in one sentence for an operator. A pure function. */
final class Sentence {
    private static final int MOST_REASONS = 3;

    private final Observation observed;
    private final List<Holder> holders;
    private final PoolSnapshot numbers;

    private Sentence(Observation observed, List<Holder> holders) {
        this.observed = observed;
        this.holders = holders;
        this.numbers = observed.after().view().numbers();
    }

    static String of(Situation situation, Observation observed, List<Holder> holders) {
        return new Sentence(observed, holders).say(situation);
    }

    private String say(Situation situation) {
        return switch (situation) {
            case WELL -> state(situation);
            case FAILING ->
                "%s: %s; %s"
                        .formatted(
                                observed.failures().get(0).kind() == FailureKind.CONNECT_FAILED
                                        ? "Connecting fails"
                                        : "Requests fail",
                                failures(),
                                head());
            case RECOVERING ->
                "Nothing has failed for %s: %s; %s"
                        .formatted(Formats.time(observed.failures().get(0).ago()), failures(), head());
            default -> observed.failures().isEmpty() ? state(situation) : state(situation) + "; " + failures();
        };
    }

    /**
     * For example {@code 20 turned away 40 s ago (no connection came free within pool_timeout), incident 20261125-…}.
     */
    private String failures() {
        boolean turnedAway =
                observed.failures().stream().anyMatch(failure -> failure.kind() == FailureKind.DATABASE_DOWN);
        return observed.failures().stream()
                // A failed attempt to connect is the cause of the refusals, which are already listed.
                .filter(failure -> !turnedAway || failure.kind() != FailureKind.CONNECT_FAILED)
                .limit(MOST_REASONS)
                .map(this::failure)
                .collect(Collectors.joining("; "));
    }

    private String failure(RecentFailure failure) {
        String what = failure.kind() == FailureKind.CONNECT_FAILED
                ? Formats.count(failure.count(), "attempt", "attempts") + " to connect failed"
                : failure.count() + (failure.kind().withoutConnection() ? " turned away" : " failed");
        String who = failure.kind() == FailureKind.PERMISSION_DENIED ? ", role " + observed.role() : "";
        return "%s %s ago (%s%s)%s"
                .formatted(
                        what,
                        Formats.time(failure.ago()),
                        failure.message(),
                        who,
                        failure.incident().map(id -> ", incident " + id).orElse(""));
    }

    private String state(Situation situation) {
        return switch (situation) {
            case WELL, FAILING, RECOVERING ->
                "Well: %s of %s out, %s".formatted(numbers.checkedOut(), maximum(), turn());
            case TROUBLED, BLOCKED, EXHAUSTED -> "%s: %s".formatted(head(), reasons());
            case SATURATED -> "%s: %s".formatted(head(), observed.availability().keptBack() ? keptBack() : pace());
            case OPENING -> "%s: %s".formatted(head(), opening());
            case STALLED -> "%s, and none is handed out: %s".formatted(head(), stalled());
            case REFUSED -> "%s: %s%s".formatted(head(), refusal(), troubles());
            case NO_PRIMARY -> "No primary %s: %s; %s%s".formatted(since(), noPrimary(), head(), troubles());
            case DATABASE_DOWN -> "Database down %s: %s; %s%s".formatted(since(), outage(), head(), troubles());
            case NOT_PREPARED ->
                "PostgreSQL answers, but nothing can be asked yet: %s"
                        .formatted(observed.availability().problem());
            case SUSPENDED ->
                "Suspended by an operator, so that everybody waits until it is resumed: %s".formatted(head());
        };
    }

    private String turn() {
        return numbers.waiting() == 0
                ? "nobody waits"
                : "%s for a turn, the first for %s"
                        .formatted(
                                Formats.count(numbers.waiting(), "request waits", "requests wait"),
                                Formats.time(observed.after().view().oldestWait()));
    }

    /** For example {@code 10 of 10 connections out for up to 12.4 s, 37 requests waiting}. */
    private String head() {
        String longest = holders.isEmpty()
                ? ""
                : " for up to " + Formats.time(holders.get(0).heldFor());
        String waiting = numbers.waiting() == 0
                ? "nobody waits"
                : Formats.count(numbers.waiting(), "request", "requests") + " waiting"
                        + (SituationClassifier.waitsForBatch(observed) ? " for the batch before theirs" : "");
        return "%s of %s connections out%s, %s".formatted(numbers.checkedOut(), maximum(), longest, waiting);
    }

    private int maximum() {
        return numbers.poolSize() + numbers.maxOverflow();
    }

    private String troubles() {
        return holders.stream().anyMatch(holder -> holder.verdict().isTrouble()) ? "; " + reasons() : "";
    }

    /** One clause for each group of holders with the same reason, the largest group first. */
    private String reasons() {
        record Reason(Verdict verdict, Optional<Integer> culprit, String lock) {}
        Map<Reason, List<Holder>> groups = holders.stream()
                .collect(Collectors.groupingBy(
                        holder -> new Reason(holder.verdict(), holder.culprit().map(Blocker::pid), lockOf(holder)),
                        LinkedHashMap::new,
                        Collectors.toList()));
        List<List<Holder>> byWeight = groups.values().stream()
                .sorted(Comparator.<List<Holder>, Boolean>comparing(
                                group -> !group.get(0).verdict().isTrouble())
                        .thenComparing(group -> -group.size()))
                .toList();
        List<String> clauses = new ArrayList<>();
        byWeight.stream().limit(MOST_REASONS).map(Sentence::clause).forEach(clauses::add);
        int left = byWeight.stream().skip(MOST_REASONS).mapToInt(List::size).sum();
        if (left > 0) {
            clauses.add("%s are out for other reasons".formatted(left));
        }
        return String.join("; ", clauses);
    }

    private static String lockOf(Holder holder) {
        return holder.backend().flatMap(Backend::lockWait).map(LockWait::what).orElse("");
    }

    /** @param group holders with the same verdict, the longest use first */
    private static String clause(List<Holder> group) {
        int count = group.size();
        boolean one = count == 1;
        Holder first = group.get(0);
        return switch (first.verdict()) {
            case LOCK_WAIT ->
                "%s %s for %s%s"
                        .formatted(
                                count,
                                one ? "waits" : "wait",
                                Phrases.lock(lockOf(first)),
                                first.culprit()
                                        .map(head -> " held by " + Phrases.culprit(head))
                                        .orElse(""));
            case SLOW_SQL ->
                one ? "1 " + first.because() : "%s run slow SQL, the longest %s".formatted(count, first.because());
            case IDLE_IN_TRANSACTION ->
                one
                        ? "1 %s (%s)".formatted(first.because(), first.route())
                        : "%s have a transaction open and run nothing; the longest %s (%s)"
                                .formatted(count, first.because(), first.route());
            case APP_HOLDING ->
                one
                        ? "1 %s (%s)".formatted(first.because(), first.route())
                        : "%s are held by the application without SQL; the longest %s (%s)"
                                .formatted(count, first.because(), first.route());
            case LEAK ->
                one
                        ? "1 seems to have leaked: it %s (%s)".formatted(first.because(), first.route())
                        : "%s seem to have leaked: the longest %s (%s)"
                                .formatted(count, first.because(), first.route());
            case DEAD_BACKEND ->
                one
                        ? "1 " + first.because()
                        : "%s talk to backends that are gone (pids %s)".formatted(count, pids(group));
            case NETWORK ->
                one
                        ? "1 " + first.because()
                        : "%s wait for answers that the network does not deliver; the longest %s"
                                .formatted(count, first.because());
            case WORKING -> one ? "1 is at work" : "%s are at work".formatted(count);
            case UNKNOWN -> one ? "of 1 neither side tells why" : "of %s neither side tells why".formatted(count);
        };
    }

    private static String pids(List<Holder> group) {
        String first = group.stream()
                .limit(5)
                .map(holder -> String.valueOf(holder.backendPid()))
                .collect(Collectors.joining(", "));
        return group.size() > 5 ? first + " …" : first;
    }

    private String pace() {
        Throughput pace = observed.pace();
        return "each is back soon (half within %s), and %s a second pass: more is asked for than they can do"
                .formatted(Formats.time(pace.medianUse()), Formats.rate(pace.perSecond()));
    }

    private String keptBack() {
        String problem = observed.availability().problem();
        if (problem.contains("max_client_conn")) {
            return "%s %s".formatted(problem, since());
        }
        return "PgBouncer accepts connections but has given none of its server connections to the monitor %s: all are in"
                        .formatted(since())
                + " use, it is paused, or PostgreSQL behind it does not answer it";
    }

    private String opening() {
        OpeningView opening = observed.after().opening();
        String attempt = opening.attempt()
                .map(time -> ", and the one that is being opened has taken %s so far".formatted(Formats.time(time)))
                .orElse("");
        String failure = opening.failure()
                .map(Sentence::firstLine)
                .map(", the last attempt failed (%s)"::formatted)
                .orElse("");
        return "others are not open yet, and %s %s for one to be opened%s%s"
                .formatted(
                        opening.borrowers(),
                        opening.borrowers() == 1 ? "caller waits" : "callers wait",
                        attempt,
                        failure);
    }

    private String refusal() {
        Optional<SQLException> failure = observed.after().opening().failure();
        String message = failure.map(Sentence::firstLine)
                .or(() -> observed.outage().map(Monitor.Outage::message))
                .orElse("");
        String state = failure.map(SQLException::getSQLState)
                .or(() -> observed.outage().map(Monitor.Outage::sqlState))
                .orElse("");
        if (!SituationClassifier.isRefusal(state)) {
            return "no connection can be opened (%s)".formatted(message);
        }
        return "PostgreSQL refuses more (%s)%s".formatted(message, state.startsWith("53") ? slots() : "");
    }

    private String stalled() {
        int callers = numbers.waiting() + observed.after().opening().borrowers();
        int lost = observed.after().opening().unused();
        return "%s although places are free%s"
                .formatted(
                        callers == 1 ? "1 caller waits" : callers + " callers wait",
                        lost == 0
                                ? ""
                                : "; " + Formats.count(lost, "connection was", "connections were")
                                        + " opened and lost");
    }

    private static String firstLine(SQLException failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    }

    /** The distribution of PostgreSQL's connections by its current or last view; empty if there is none. */
    private String slots() {
        return observed.postgres()
                .or(observed::lastSeen)
                .map(view -> "; of its %s connections %s are ours, %s other instances', %s others'%s%s"
                        .formatted(
                                view.slots().maxConnections(),
                                view.slots().ours() + view.slots().oursBeside(),
                                view.slots().siblings(),
                                view.slots().others(),
                                largest(view),
                                limit("role " + view.role(), view.slots().roleLimit())
                                        + limit("our database", view.slots().databaseLimit())))
                .orElse("");
    }

    private static String limit(String whose, OptionalInt limit) {
        return limit.isPresent() ? ", and %s may have %s".formatted(whose, limit.getAsInt()) : "";
    }

    private static String largest(PostgresSnapshot view) {
        Map<String, Integer> byName = view.counts().stream()
                .filter(count -> !count.application().startsWith("auth/"))
                .collect(Collectors.toMap(
                        count -> count.application().isEmpty() ? "user " + count.user() : count.application(),
                        BackendStateCount::count,
                        Integer::sum));
        return byName.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(entry -> ", most of those %s's (%s)".formatted(entry.getKey(), entry.getValue()))
                .orElse("");
    }

    private String noPrimary() {
        return observed.after().opening().failure().map(Sentence::firstLine).orElseGet(this::outage);
    }

    private String since() {
        Instant since = observed.outage()
                .map(Monitor.Outage::since)
                .or(() -> observed.after().opening().downSince())
                .orElseGet(() -> observed.availability().since());
        Duration lasting = Duration.between(since, observed.after().at());
        return "since %s (%s)".formatted(since.truncatedTo(ChronoUnit.SECONDS), Formats.time(lasting));
    }

    private String outage() {
        return observed.outage()
                .map(Monitor.Outage::message)
                .orElseGet(() -> observed.availability().problem());
    }
}
