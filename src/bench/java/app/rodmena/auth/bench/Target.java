package app.rodmena.auth.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * A target and the measured value.
 *
 * @param rule for example {@code ≥ 2}
 */
record Target(String name, String rule, String measured, boolean isReached) {
    private static final int USUAL_CLIENTS = 100;
    private static final int MANY_CLIENTS = 1000;

    /** The targets for which this run has measured all values. */
    static List<Target> of(Results results) {
        List<Target> targets = new ArrayList<>();
        ToDoubleFunction<Measurement> rate = turn -> turn.outcome().perSecond();
        ToDoubleFunction<Measurement> p99 = turn -> turn.outcome().p99().toNanos();
        atLeast(
                targets,
                "checks/s of pgbench at 100 clients",
                Runtime.version().feature() >= 25 ? 1.5 : 1.3,
                ratio(results, ContenderKind.PGBENCH, USUAL_CLIENTS, rate));
        atLeast(
                targets,
                "checks/s of a query per request",
                2,
                ratio(results, ContenderKind.PLAIN, USUAL_CLIENTS, rate));
        atLeast(targets, "checks/s of Spring Boot", 5, ratio(results, ContenderKind.SPRING, USUAL_CLIENTS, rate));
        atLeast(
                targets,
                "checks/s of /ping at 100 clients",
                0.7,
                ratio(results, ContenderKind.PING, USUAL_CLIENTS, rate));
        atLeast(
                targets,
                "bulk: checks/s of pgbench",
                6,
                results.ratio(ContenderKind.BULK, ContenderKind.PGBENCH, USUAL_CLIENTS, rate));
        ratio(results, ContenderKind.PLAIN, USUAL_CLIENTS, p99)
                .ifPresent(times -> targets.add(
                        new Target("p99 of a query per request", "< 1 ×", Report.decimal(times) + " ×", times < 1)));
        atLeast(
                targets,
                "checks/s of a query per request at one client",
                0.9,
                ratio(results, ContenderKind.PLAIN, 1, rate));
        atLeast(targets, "checks/s without listeners", 0.97, ratio(results, ContenderKind.BARE, USUAL_CLIENTS, rate));
        for (int clients : List.of(1, 32, USUAL_CLIENTS)) {
            atLeast(
                    targets,
                    "checks/s of the version beside it, clients: " + clients,
                    0.98,
                    ratio(results, ContenderKind.OTHER, clients, rate));
        }
        List<Measurement> errorsRun = results.of(ContenderKind.BATCHED, MANY_CLIENTS);
        if (!errorsRun.isEmpty()) {
            long errors = errorsRun.stream().mapToLong(Measurement::errors).sum();
            targets.add(new Target("errors at 1000 clients", "0", Long.toString(errors), errors == 0));
        }
        return targets;
    }

    static List<Target> ofWrites(Results results) {
        List<Target> targets = new ArrayList<>();
        ToDoubleFunction<Measurement> rate = turn -> turn.outcome().perSecond();
        atLeast(targets, "grants/s in a transaction each", 3, ratio(results, ContenderKind.PLAIN, USUAL_CLIENTS, rate));
        atLeast(
                targets,
                "grants/s in a transaction each at one client",
                0.95,
                ratio(results, ContenderKind.PLAIN, 1, rate));
        return targets;
    }

    /** The target for the throughput with more memberships. */
    static Target growth(double ratio) {
        return new Target(
                "checks/s with 1k memberships, at 10M", "≥ 0.75 ×", Report.decimal(ratio) + " ×", ratio >= 0.75);
    }

    static Target openLoop(double ratio) {
        return new Target(
                "open loop at 85 % of the peak: p99 of p50", "< 5 ×", Report.decimal(ratio) + " ×", ratio < 5);
    }

    static Target healthOf(LoadOutcome health) {
        double millis = Report.millis(health.p99());
        return new Target(
                "p99 of /health while the pool is exhausted",
                "< 10 ms",
                Report.decimal(millis) + " ms",
                millis < 10 && health.errors() == 0);
    }

    static String table(List<Target> targets) {
        StringBuilder text = new StringBuilder("""

                ### To be reached

                | ours, batched | wanted | measured | |
                |---|---:|---:|---|
                """);
        for (Target target : targets) {
            text.append("| %s | %s | %s | %s |%n"
                    .formatted(
                            target.name,
                            target.rule,
                            target.measured,
                            target.isReached ? "reached" : "**not reached**"));
        }
        return text.toString();
    }

    private static OptionalDouble ratio(
            Results results, ContenderKind other, int clients, ToDoubleFunction<Measurement> number) {
        return results.ratio(ContenderKind.BATCHED, other, clients, number);
    }

    private static void atLeast(List<Target> targets, String name, double minimum, OptionalDouble ratio) {
        ratio.ifPresent(times -> targets.add(new Target(
                name, "≥ %s ×".formatted(Report.decimal(minimum)), Report.decimal(times) + " ×", times >= minimum)));
    }
}
