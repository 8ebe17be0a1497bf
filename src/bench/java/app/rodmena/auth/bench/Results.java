package app.rodmena.auth.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/** Every turn that was taken, and what they are when put together: medians and ranges over the rounds. */
final class Results {
    private final List<Turn> turns = new ArrayList<>();

    /** The least, the middle and the most of some numbers. */
    record Spread(double least, double median, double most) {
        static Spread of(double[] numbers) {
            double[] sorted = numbers.clone();
            Arrays.sort(sorted);
            int middle = sorted.length / 2;
            double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
            return new Spread(sorted[0], median, sorted[sorted.length - 1]);
        }
    }

    void add(Turn turn) {
        turns.add(turn);
    }

    List<Turn> all() {
        return List.copyOf(turns);
    }

    List<Turn> of(Kind kind, int clients) {
        return turns.stream()
                .filter(turn -> turn.kind() == kind && turn.clients() == clients)
                .toList();
    }

    Spread spread(Kind kind, int clients, ToDoubleFunction<Turn> number) {
        return Spread.of(of(kind, clients).stream().mapToDouble(number).toArray());
    }

    /**
     * How many times a number of one contender is that of another: the median of each round's own ratio, since what
     * slows the machine down for a while slows down both.
     */
    OptionalDouble ratio(Kind one, Kind other, int clients, ToDoubleFunction<Turn> number) {
        double[] ratios = of(one, clients).stream()
                .flatMap(turn ->
                        sameRound(turn, other)
                                .map(peer -> number.applyAsDouble(turn) / number.applyAsDouble(peer))
                                .stream())
                .mapToDouble(Double::doubleValue)
                .toArray();
        return ratios.length == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(Spread.of(ratios).median());
    }

    private Optional<Turn> sameRound(Turn turn, Kind other) {
        return of(other, turn.clients()).stream()
                .filter(peer -> peer.round() == turn.round())
                .findFirst();
    }
}
