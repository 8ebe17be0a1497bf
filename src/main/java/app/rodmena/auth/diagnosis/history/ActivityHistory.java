package app.rodmena.auth.diagnosis.history;

import app.rodmena.auth.common.InvalidParameterException;
import app.rodmena.auth.database.activity.Backend;
import app.rodmena.auth.diagnosis.Blocker;
import app.rodmena.auth.diagnosis.Diagnosis;
import app.rodmena.auth.diagnosis.Diagnostics.DiagnosisListener;
import app.rodmena.auth.diagnosis.Formats;
import app.rodmena.auth.diagnosis.Holder;
import app.rodmena.auth.diagnosis.history.PastDiagnosis.ActiveSessions;
import app.rodmena.auth.diagnosis.history.PastDiagnosis.ActivitySecond;
import app.rodmena.auth.diagnosis.history.PastDiagnosis.ChainLink;
import app.rodmena.auth.diagnosis.history.SampleRing.Sample;
import app.rodmena.auth.metrics.PoolHistory;
import app.rodmena.auth.metrics.PoolHistory.PoolSecond;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The active session history: the worst diagnosis of each second of the last 15 minutes, with the activity of the
 * pool's connections, of the sessions that block them and of the waiting callers. Thread-safe.
 *
 * <p>Samples the view of the diagnosis, so that it sends no queries of its own.
 */
public final class ActivityHistory implements DiagnosisListener {
    /** The maximum distance of the sample that stands for a second without one. */
    private static final Duration MAX_DISTANCE = Duration.ofSeconds(2);

    private static final int MAX_ROWS = 10;

    private final PoolHistory pool;
    private final SampleRing ring = new SampleRing();

    public ActivityHistory(PoolHistory pool) {
        this.pool = pool;
    }

    @Override
    public void onDiagnosis(Diagnosis diagnosis) {
        SampleRing.Second second = new SampleRing.Second(
                diagnosis.time(),
                diagnosis.situation(),
                diagnosis.sentence(),
                diagnosis.postgres().isPresent(),
                samples(diagnosis));
        synchronized (ring) {
            ring.add(second, System.nanoTime());
        }
    }

    /**
     * The diagnosis of a period.
     *
     * @throws InvalidParameterException if the history has no part of it
     */
    public PastDiagnosis diagnose(HistoryPeriod requested) {
        List<SampleRing.Second> all;
        synchronized (ring) {
            all = ring.seconds(System.nanoTime());
        }
        Instant now = Instant.now();
        Comparator<Instant> order = Comparator.naturalOrder();
        // The clock may have been set back: then times of the history are later than now.
        Instant oldest = all.stream().map(SampleRing.Second::time).min(order).orElse(now);
        Instant newest = all.stream()
                .map(SampleRing.Second::time)
                .max(order)
                .filter(now::isBefore)
                .orElse(now);
        HistoryPeriod period = requested.within(oldest, newest);
        List<SampleRing.Second> seconds =
                all.stream().filter(second -> period.contains(second.time())).toList();
        if (seconds.isEmpty() && period.isSecond()) {
            seconds = all.stream()
                    .filter(second -> distance(second, period).compareTo(MAX_DISTANCE) <= 0)
                    .min(Comparator.comparing(second -> distance(second, period)))
                    .stream()
                    .toList();
        }
        return diagnose(period, seconds);
    }

    private PastDiagnosis diagnose(HistoryPeriod period, List<SampleRing.Second> seconds) {
        Optional<SampleRing.Second> worst = seconds.stream()
                .max(Comparator.comparing(SampleRing.Second::situation)
                        .thenComparingInt(second -> sum(second, sample -> sample.kind() == Sample.Kind.WAITER))
                        .thenComparing(SampleRing.Second::time));
        List<PoolSecond> poolSeconds = pool.seconds().stream()
                .filter(second -> period.contains(second.time()))
                .toList();
        return new PastDiagnosis(
                period.from(),
                period.to(),
                worst.map(SampleRing.Second::time),
                worst.map(SampleRing.Second::situation),
                worst.map(SampleRing.Second::sentence)
                        .orElse(
                                "Unknown: the process took no sample in this period, because it was stopped or delayed"),
                seconds.size(),
                (int) seconds.stream().filter(second -> !second.answered()).count(),
                poolSeconds.stream().mapToInt(PoolSecond::peakCheckedOut).max().orElse(0),
                poolSeconds.stream()
                        .mapToInt(second -> second.numbers().waiting())
                        .max()
                        .orElse(0),
                poolSeconds.stream().mapToLong(PoolSecond::refused).sum(),
                sessions(seconds, Sample.Kind.POOL, Sample::waitEvent),
                sessions(seconds, Sample.Kind.POOL, Sample::statement),
                sessions(seconds, Sample.Kind.POOL, Sample::blocker),
                sessions(seconds, Sample.Kind.POOL, Sample::route),
                sessions(seconds, Sample.Kind.WAITER, Sample::route),
                worst.map(second -> chains(second.samples())).orElse(List.of()),
                seconds.stream().map(ActivitySecond::of).toList());
    }

    private static Duration distance(SampleRing.Second second, HistoryPeriod period) {
        return Duration.between(period.from(), second.time()).abs();
    }

    private static int sum(SampleRing.Second second, Predicate<Sample> condition) {
        return second.samples().stream()
                .filter(condition)
                .mapToInt(Sample::count)
                .sum();
    }

    private static List<ActiveSessions> sessions(
            List<SampleRing.Second> seconds, Sample.Kind kind, Function<Sample, String> name) {
        Map<String, Integer> totals = new HashMap<>();
        Map<String, Integer> maxima = new HashMap<>();
        for (SampleRing.Second second : seconds) {
            Map<String, Integer> counts = new HashMap<>();
            second.samples().stream()
                    .filter(sample ->
                            sample.kind() == kind && !name.apply(sample).isEmpty())
                    .forEach(sample -> counts.merge(name.apply(sample), sample.count(), Integer::sum));
            counts.forEach((key, count) -> {
                totals.merge(key, count, Integer::sum);
                maxima.merge(key, count, Integer::max);
            });
        }
        return totals.entrySet().stream()
                .map(total -> new ActiveSessions(
                        total.getKey(), (double) total.getValue() / seconds.size(), maxima.get(total.getKey())))
                .sorted(Comparator.comparingDouble(ActiveSessions::average)
                        .reversed()
                        .thenComparing(ActiveSessions::name))
                .limit(MAX_ROWS)
                .toList();
    }

    /** The blocking sessions as a tree in preorder. */
    private static List<ChainLink> chains(List<Sample> samples) {
        List<ChainLink> tree = new ArrayList<>();
        Set<Integer> shown = new HashSet<>();
        samples.stream()
                .filter(sample -> !sample.session().isEmpty() && sample.blockedBy() == Sample.NONE)
                .filter(sample -> sample.pid() != Sample.NONE)
                .forEach(head -> addTo(tree, head, samples, shown, 0));
        return tree;
    }

    private static void addTo(
            List<ChainLink> tree, Sample sample, List<Sample> samples, Set<Integer> shown, int depth) {
        if (sample.pid() != Sample.NONE && !shown.add(sample.pid())) {
            return; // A deadlock has no head, and no session is shown twice.
        }
        tree.add(new ChainLink(
                depth,
                sample.pid(),
                sample.session().isEmpty() ? sample.route() : sample.session(),
                sample.waitEvent(),
                sample.statement(),
                sample.count()));
        if (sample.pid() != Sample.NONE) {
            samples.stream()
                    .filter(waiting -> waiting.blockedBy() == sample.pid())
                    .forEach(waiting -> addTo(tree, waiting, samples, shown, depth + 1));
        }
    }

    /** The activity at a diagnosis: blockers first, then the pool's connections, then callers, equal ones merged. */
    private static List<Sample> samples(Diagnosis diagnosis) {
        Map<Integer, Integer> blockedBy = new LinkedHashMap<>();
        Map<Integer, Blocker> heads = new LinkedHashMap<>();
        for (Holder holder : diagnosis.holders()) {
            holder.culprit().ifPresent(head -> {
                int waiting = holder.backendPid();
                for (int direct : head.chain()) {
                    blockedBy.putIfAbsent(waiting, direct);
                    waiting = direct;
                }
                heads.putIfAbsent(head.pid(), head);
            });
        }
        Set<Integer> blocking = new HashSet<>(blockedBy.values());
        Map<Sample, Integer> counts = new LinkedHashMap<>();
        blocking.stream()
                .filter(pid -> diagnosis.holders().stream().noneMatch(holder -> holder.backendPid() == pid && pid != 0))
                .map(pid -> blocker(
                        pid,
                        blockedBy.getOrDefault(pid, Sample.NONE),
                        Optional.ofNullable(heads.get(pid)),
                        diagnosis.postgres().flatMap(view -> view.backend(pid))))
                .forEach(sample -> counts.merge(sample, 1, Integer::sum));
        for (Holder holder : diagnosis.holders()) {
            boolean isBlocking = holder.backendPid() != 0 && blocking.contains(holder.backendPid());
            Sample sample = new Sample(
                    Sample.Kind.POOL,
                    isBlocking ? holder.backendPid() : Sample.NONE,
                    blockedBy.getOrDefault(holder.backendPid(), Sample.NONE),
                    isBlocking
                            ? "pid %s (connection %s of this pool, %s)"
                                    .formatted(holder.backendPid(), holder.connectionId(), holder.route())
                            : "",
                    holder.backend().map(ActivityHistory::activity).orElse("not in PostgreSQL's view"),
                    holder.lastSql().isEmpty() ? "no statement" : Formats.statement(holder.lastSql()),
                    holder.route(),
                    holder.culprit().map(Blocker::label).orElse(""),
                    0);
            counts.merge(sample, 1, Integer::sum);
        }
        diagnosis
                .waiters()
                .forEach(group -> counts.merge(
                        new Sample(Sample.Kind.WAITER, Sample.NONE, Sample.NONE, "", "", "", group.route(), "", 0),
                        group.count(),
                        Integer::sum));
        return counts.entrySet().stream()
                .map(entry -> entry.getKey().withCount(entry.getValue()))
                .toList();
    }

    private static Sample blocker(int pid, int blockedBy, Optional<Blocker> head, Optional<Backend> backend) {
        String label = head.map(Blocker::label)
                .or(() -> backend.map(session -> "pid %s (%s)".formatted(pid, session.application())))
                .orElse("pid " + pid);
        return new Sample(
                Sample.Kind.BLOCKER,
                pid,
                blockedBy,
                label,
                backend.map(ActivityHistory::activity).orElse("unknown activity"),
                backend.map(Backend::query).map(Formats::statement).orElse(""),
                "",
                "",
                0);
    }

    private static String activity(Backend backend) {
        if (backend.hidden() || backend.state().isEmpty()) {
            return "hidden from this role";
        }
        if (!backend.isActive()) {
            return backend.state();
        }
        return backend.waitsFor().isEmpty() ? "CPU" : backend.waitsFor();
    }
}
