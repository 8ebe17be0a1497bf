package app.rodmena.auth.faults;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/** The clients' requests by time, for comparison with the server's own statements. Immutable. */
final class Clients {
    private final List<Exchange> byAnswer;
    private final List<Duration> pending;

    Clients(Recording seen) {
        byAnswer = seen.exchanges().stream()
                .sorted(Comparator.comparing(Exchange::answered))
                .toList();
        pending = seen.pending();
    }

    /** @param exchanges the exchanges answered in the window, in the order of the responses */
    record Window(Duration from, Duration to, List<Exchange> exchanges) {
        int count() {
            return exchanges.size();
        }

        long refused() {
            return exchanges.stream().filter(Exchange::refused).count();
        }

        boolean all(Predicate<Exchange> matches) {
            return exchanges.stream().allMatch(matches);
        }

        /** Whether no gap between responses, or to the window's ends, is longer than a sixth of the window. */
        boolean isCovered() {
            if (exchanges.isEmpty()) {
                return false;
            }
            Duration gap = to.minus(from).dividedBy(6);
            Duration before = from;
            for (Exchange exchange : exchanges) {
                if (exchange.answered().minus(before).compareTo(gap) > 0) {
                    return false;
                }
                before = exchange.answered();
            }
            return to.minus(before).compareTo(gap) <= 0;
        }
    }

    Window answeredBetween(Duration from, Duration to) {
        int first = indexOf(from);
        return new Window(from, to, byAnswer.subList(first, Math.max(first, indexOf(to))));
    }

    /** The number of requests without a response at that time that were sent more than {@code longer} before it. */
    long waiting(Duration at, Duration longer) {
        Duration sentBefore = at.minus(longer);
        return byAnswer.subList(indexOf(at), byAnswer.size()).stream()
                        .filter(exchange -> exchange.sent().compareTo(sentBefore) < 0)
                        .count()
                + pending.stream()
                        .filter(sent -> sent.compareTo(sentBefore) < 0)
                        .count();
    }

    /** The index of the first exchange answered at this time or later. */
    private int indexOf(Duration time) {
        int low = 0;
        int high = byAnswer.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (byAnswer.get(middle).answered().compareTo(time) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
