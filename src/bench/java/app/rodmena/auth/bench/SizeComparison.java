package app.rodmena.auth.bench;

import app.rodmena.auth.bench.Results.Spread;
import app.rodmena.auth.postgres.embedded.EmbeddedDatabaseException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Compares this server with different numbers of memberships. */
record SizeComparison(Tools tools, Path directory, int rounds, Duration duration, Duration warmUp) {
    private static final List<Integer> SIZES = List.of(1_000, 1_000_000, 10_000_000);
    private static final int CLIENTS = 100;

    /** The measurements with this number of memberships. */
    record SizeResult(int memberships, List<Measurement> measurements) {
        Spread rate() {
            return Spread.of(measurements, measurement -> measurement.outcome().perSecond());
        }
    }

    /** Measures all sizes; returns the smallest first. */
    List<SizeResult> measure() throws IOException, InterruptedException, SQLException, EmbeddedDatabaseException {
        List<SizeResult> all = new ArrayList<>();
        List<BenchEnvironment> stages = new ArrayList<>();
        try {
            for (int size : SIZES) {
                BenchEnvironment stage = BenchEnvironment.create(
                        tools, directory, size, Set.of(ContenderKind.BATCHED), false, Optional.empty());
                stages.add(stage);
                stage.warmUp(CLIENTS, warmUp);
                all.add(new SizeResult(size, new ArrayList<>()));
            }
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < SIZES.size(); i++) {
                    all.get(i).measurements().addAll(stages.get(i).round(round, CLIENTS, duration));
                }
            }
        } finally {
            stages.forEach(BenchEnvironment::close);
        }
        return all;
    }

    /** The throughput with the largest size relative to the smallest: the median over the rounds. */
    static double ratio(List<SizeResult> all) {
        List<Measurement> smallest = all.get(0).measurements();
        List<Measurement> largest = all.get(all.size() - 1).measurements();
        double[] ratios = new double[smallest.size()];
        for (int round = 0; round < ratios.length; round++) {
            ratios[round] = largest.get(round).outcome().perSecond()
                    / smallest.get(round).outcome().perSecond();
        }
        return Spread.of(ratios).median();
    }
}
