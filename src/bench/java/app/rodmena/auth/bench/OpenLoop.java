package app.rodmena.auth.bench;

import app.rodmena.auth.bench.Results.Spread;
import app.rodmena.auth.cli.CommandFailedException;
import app.rodmena.auth.tools.load.LoadPlan;
import app.rodmena.auth.tools.load.LoadPlan.RequestMix;
import app.rodmena.auth.tools.load.LoadResults;
import app.rodmena.auth.tools.load.LoadRun;
import app.rodmena.auth.tools.load.LoadTarget;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.ToDoubleFunction;

/**
 * The latency of checks that arrive at a fixed rate, 85 % of the peak of the same client ({@code ./run.sh load}) in a
 * closed loop. Latency counts from the time at which a request was due.
 */
record OpenLoop(List<Round> rounds) {
    private static final int CLIENTS = 100;
    private static final double SHARE_OF_PEAK = 0.85;
    private static final Duration WARM_UP = Duration.ofSeconds(2);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private record Round(double peak, LoadResults open) {}

    static OpenLoop measure(URI server, int rounds, Duration duration) throws InterruptedException {
        run(server, duration, OptionalInt.empty()); // Warms the client up.
        List<Round> all = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            double peak = run(server, duration, OptionalInt.empty()).throughput();
            all.add(new Round(peak, run(server, duration, OptionalInt.of((int) (SHARE_OF_PEAK * peak)))));
        }
        return new OpenLoop(all);
    }

    private static LoadResults run(URI server, Duration duration, OptionalInt rate) throws InterruptedException {
        LoadPlan plan = new LoadPlan(
                LoadTarget.parse(server.toString()),
                LoadPlan.MAX_REQUESTS,
                Optional.of(duration),
                CLIENTS,
                rate,
                RequestMix.CHECKS,
                WARM_UP,
                TIMEOUT,
                Optional.empty());
        try (LoadRun run = LoadRun.prepare(plan)) {
            run.start();
            run.await(WARM_UP.plus(duration).plus(TIMEOUT));
            return run.finish();
        } catch (CommandFailedException e) {
            throw new BenchException(e.getMessage());
        }
    }

    /** The median of the ratios per round. */
    double p99ToMedian() {
        return spread(round -> round.open.latency().p99() / round.open.latency().p50())
                .median();
    }

    String table() {
        return """

                ### Open loop at 85 %% of the peak of its client

                | peak, checks/s | rate of the open loop | p50 ms | p99 ms | p99.9 ms | failed |
                |---:|---:|---:|---:|---:|---:|
                | %s | %s | %s | %s | %s | %s |
                """.formatted(
                        text(round -> round.peak),
                        text(round -> round.open.throughput()),
                        text(round -> round.open.latency().p50()),
                        text(round -> round.open.latency().p99()),
                        text(round -> round.open.latency().p999()),
                        rounds.stream()
                                .mapToLong(round -> round.open.requests() - round.open.correct())
                                .sum());
    }

    private String text(ToDoubleFunction<Round> number) {
        Spread spread = spread(number);
        return "%s (%s–%s)"
                .formatted(Report.decimal(spread.median()), Report.decimal(spread.min()), Report.decimal(spread.max()));
    }

    private Spread spread(ToDoubleFunction<Round> number) {
        return Spread.of(rounds.stream().mapToDouble(number).toArray());
    }
}
