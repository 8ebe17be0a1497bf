package app.rodmena.auth.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * Something to be reached, and what was.
 *
 * @param rule as {@code ≥ 2}
 */
record Target(String what, String rule, String measured, boolean reached) {
    private static final int USUAL_CLIENTS = 100;
    private static final int MANY_CLIENTS = 1000;

    /** Those that this run has measured what it takes for. */
    static List<Target> of(Results results) {
        List<Target> targets = new ArrayList<>();
        ToDoubleFunction<Turn> rate = turn -> turn.outcome().perSecond();
        ToDoubleFunction<Turn> p99 = turn -> turn.outcome().p99().toNanos();
        atLeast(targets, "checks/s of pgbench at 100 clients", 1, ratio(results, Kind.PGBENCH, USUAL_CLIENTS, rate));
        atLeast(targets, "checks/s of a query per request", 2, ratio(results, Kind.PLAIN, USUAL_CLIENTS, rate));
        atLeast(targets, "checks/s of Spring Boot", 5, ratio(results, Kind.SPRING, USUAL_CLIENTS, rate));
        ratio(results, Kind.PLAIN, USUAL_CLIENTS, p99)
                .ifPresent(times -> targets.add(
                        new Target("p99 of a query per request", "< 1 ×", Report.decimal(times) + " ×", times < 1)));
        atLeast(targets, "checks/s of a query per request at one client", 0.9, ratio(results, Kind.PLAIN, 1, rate));
        atLeast(targets, "checks/s without listeners", 0.97, ratio(results, Kind.BARE, USUAL_CLIENTS, rate));
        List<Turn> many = results.of(Kind.BATCHED, MANY_CLIENTS);
        if (!many.isEmpty()) {
            long errors = many.stream().mapToLong(Turn::errors).sum();
            targets.add(new Target("errors at 1000 clients", "0", Long.toString(errors), errors == 0));
        }
        return targets;
    }

    /** The growth of the data must not cost more than this. */
    static Target growth(double ratio) {
        return new Target(
                "checks/s with 1k memberships, at 1M", "≥ 0.70 ×", Report.decimal(ratio) + " ×", ratio >= 0.7);
    }

    static Target healthOf(Outcome health) {
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
                            target.what, target.rule, target.measured, target.reached ? "reached" : "**not reached**"));
        }
        return text.toString();
    }

    private static OptionalDouble ratio(Results results, Kind other, int clients, ToDoubleFunction<Turn> number) {
        return results.ratio(Kind.BATCHED, other, clients, number);
    }

    private static void atLeast(List<Target> targets, String what, double least, OptionalDouble ratio) {
        ratio.ifPresent(times -> targets.add(new Target(
                what, "≥ %s ×".formatted(Report.decimal(least)), Report.decimal(times) + " ×", times >= least)));
    }
}
