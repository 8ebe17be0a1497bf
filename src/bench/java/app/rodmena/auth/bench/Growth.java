package app.rodmena.auth.bench;

import app.rodmena.auth.bench.Results.Spread;
import app.rodmena.auth.embedded.EmbeddedDatabaseException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;

/** What a thousand times as many memberships cost. */
record Growth(Tools tools, Path directory, int rounds, Duration turn, Duration warmUp) {
    private static final int FEW = 1000;
    private static final int MANY = 1_000_000;
    private static final int CLIENTS = 100;

    /** The rate of {@code kind} with many memberships, as a share of that with few: the rounds' median. */
    double ratio(Kind kind) throws IOException, InterruptedException, SQLException, EmbeddedDatabaseException {
        double[] ratios = new double[rounds];
        try (Stage few = Stage.set(tools, directory, FEW, Set.of(kind));
                Stage many = Stage.set(tools, directory, MANY, Set.of(kind))) {
            few.warmUp(CLIENTS, warmUp);
            many.warmUp(CLIENTS, warmUp);
            for (int round = 0; round < rounds; round++) {
                ratios[round] = rate(many, round) / rate(few, round);
            }
        }
        return Spread.of(ratios).median();
    }

    private double rate(Stage stage, int round) throws IOException, InterruptedException, SQLException {
        return stage.round(round, CLIENTS, turn).get(0).outcome().perSecond();
    }
}
