package app.rodmena.auth;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs benchmarks alternately in several rounds, each run in its own JVM, so that other load on the machine affects all
 * of them. Other load can only add time: the minimum is the best estimate of the cost, and the distance of the other
 * values from it is the noise.
 */
public final class Rounds {
    private static final int SLICES = 40;

    private Rounds() {}

    /** Arguments: a regular expression that selects the benchmarks, and the number of rounds. */
    public static void main(String[] arguments) throws RunnerException {
        String pattern = arguments.length > 0 ? arguments[0] : "Checkout";
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
        Map<String, DoubleStream.Builder> scores = new TreeMap<>();
        for (int round = 0; round < rounds; round++) {
            for (RunResult result : round(pattern)) {
                String name = result.getParams().getBenchmark();
                DoubleStream.Builder values = scores.computeIfAbsent(name, first -> DoubleStream.builder());
                result.getBenchmarkResults().stream()
                        .flatMap(benchmark -> benchmark.getIterationResults().stream())
                        .forEach(iteration ->
                                values.add(iteration.getPrimaryResult().getScore()));
            }
        }
        System.out.printf("%-60s %8s %8s %8s%n", "ns", "minimum", "quartile", "median");
        scores.forEach((name, values) -> {
            double[] sorted = values.build().sorted().toArray();
            System.out.printf(
                    "%-60s %8.1f %8.1f %8.1f%n",
                    name.substring("app.rodmena.auth.".length()),
                    sorted[0],
                    sorted[sorted.length / 4],
                    sorted[sorted.length / 2]);
        });
    }

    private static Collection<RunResult> round(String pattern) throws RunnerException {
        return new Runner(new OptionsBuilder()
                        .include(pattern)
                        .forks(1)
                        .warmupIterations(3)
                        .warmupTime(TimeValue.seconds(1))
                        .measurementIterations(SLICES)
                        .measurementTime(TimeValue.milliseconds(50))
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();
    }
}
