package app.rodmena.auth.bench;

import app.rodmena.auth.bench.Results.Spread;
import app.rodmena.auth.embedded.EmbeddedDatabaseException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What more memberships cost: this server as it comes, beside itself with other data, in turns. */
record Growth(Tools tools, Path directory, int rounds, Duration turn, Duration warmUp) {
    private static final List<Integer> SIZES = List.of(1_000, 100_000, 1_000_000);
    private static final int CLIENTS = 100;

    /** The turns with so many memberships. */
    record Grown(int memberships, List<Turn> turns) {
        Spread rate() {
            return Spread.of(turns.stream()
                    .mapToDouble(turn -> turn.outcome().perSecond())
                    .toArray());
        }
    }

    /** Every size's turns, the smallest first. */
    List<Grown> measure() throws IOException, InterruptedException, SQLException, EmbeddedDatabaseException {
        List<Grown> all = new ArrayList<>();
        List<Stage> stages = new ArrayList<>();
        try {
            for (int size : SIZES) {
                Stage stage = Stage.set(tools, directory, size, Set.of(Kind.BATCHED));
                stages.add(stage);
                stage.warmUp(CLIENTS, warmUp);
                all.add(new Grown(size, new ArrayList<>()));
            }
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < SIZES.size(); i++) {
                    all.get(i).turns().addAll(stages.get(i).round(round, CLIENTS, turn));
                }
            }
        } finally {
            stages.forEach(Stage::close);
        }
        return all;
    }

    /** The rate with the most memberships as a share of that with the fewest: the rounds' median. */
    static double ratio(List<Grown> all) {
        List<Turn> few = all.get(0).turns();
        List<Turn> many = all.get(all.size() - 1).turns();
        double[] ratios = new double[few.size()];
        for (int round = 0; round < ratios.length; round++) {
            ratios[round] = many.get(round).outcome().perSecond()
                    / few.get(round).outcome().perSecond();
        }
        return Spread.of(ratios).median();
    }
}
