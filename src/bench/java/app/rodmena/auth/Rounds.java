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
 * Runs benchmarks in turns, round after round, each in a JVM of its own every time, so that whatever else the machine
 * does meets all of them. What others take away only ever adds time: so the least is the best guess at what something
 * costs by itself, and how far the rest is from it is the noise.
 */
public final class Rounds {
    private static final int SLICES = 40;

    private Rounds() {}

    /** Arguments: which benchmarks, as a regular expression, and how many rounds. */
    public static void main(String[] arguments) throws RunnerException {
        String which = arguments.length > 0 ? arguments[0] : "Checkout";
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
        Map<String, DoubleStream.Builder> scores = new TreeMap<>();
        for (int round = 0; round < rounds; round++) {
            for (RunResult result : round(which)) {
                String name = result.getParams().getBenchmark();
                DoubleStream.Builder all = scores.computeIfAbsent(name, first -> DoubleStream.builder());
                result.getBenchmarkResults().stream()
                        .flatMap(benchmark -> benchmark.getIterationResults().stream())
                        .forEach(slice -> all.add(slice.getPrimaryResult().getScore()));
            }
        }
        System.out.printf("%-60s %8s %8s %8s%n", "ns", "least", "quarter", "median");
        scores.forEach((name, all) -> {
            double[] sorted = all.build().sorted().toArray();
            System.out.printf(
                    "%-60s %8.1f %8.1f %8.1f%n",
                    name.substring("app.rodmena.auth.".length()),
                    sorted[0],
                    sorted[sorted.length / 4],
                    sorted[sorted.length / 2]);
        });
    }

    private static Collection<RunResult> round(String which) throws RunnerException {
        return new Runner(new OptionsBuilder()
                        .include(which)
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
