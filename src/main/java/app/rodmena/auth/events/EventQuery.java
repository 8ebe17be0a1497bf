package app.rodmena.auth.events;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Which events somebody wants to see, as people write it. Immutable.
 *
 * @param kinds what happened
 * @param connectionId the connection; 0 for all
 * @param from the first moment
 * @param to the last moment
 */
public record EventQuery(Set<PoolEventKind> kinds, int connectionId, Instant from, Instant to)
        implements Predicate<PoolEvent> {
    public EventQuery {
        kinds = Set.copyOf(kinds);
    }

    /**
     * Reads what somebody wrote; what is empty or null means any.
     *
     * @param kinds as {@code timeout,leak_suspected}
     * @param connectionId 0 for all
     * @param from as {@code 2026-11-23T15:34:52Z}, or as {@code -5m} for five minutes ago
     * @param to alike
     * @throws InvalidEventQuery in one line that says which is wrong, and what is allowed
     */
    public static EventQuery parse(String kinds, int connectionId, String from, String to) {
        Instant now = Instant.now();
        return new EventQuery(
                kinds(kinds),
                connectionId,
                moment("from", from, now).orElse(Instant.MIN),
                moment("to", to, now).orElse(Instant.MAX));
    }

    @Override
    public boolean test(PoolEvent event) {
        return kinds.contains(event.kind())
                && (connectionId == 0 || event.connectionId() == connectionId)
                && !event.time().isBefore(from)
                && !event.time().isAfter(to);
    }

    /**
     * The kinds in a list with commas; all of them if it is empty or null.
     *
     * @throws InvalidEventQuery for a word that is none, naming those there are
     */
    public static Set<PoolEventKind> kinds(String text) {
        if (text == null || text.isBlank()) {
            return EnumSet.allOf(PoolEventKind.class);
        }
        return Arrays.stream(text.split(","))
                .map(word -> kind(word.strip()))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(PoolEventKind.class)));
    }

    private static PoolEventKind kind(String word) {
        return Arrays.stream(PoolEventKind.values())
                .filter(kind -> kind.wireName().equals(word))
                .findFirst()
                .orElseThrow(() -> new InvalidEventQuery("kinds: there is no '%s'; there are %s"
                        .formatted(
                                word,
                                Arrays.stream(PoolEventKind.values())
                                        .map(PoolEventKind::wireName)
                                        .collect(Collectors.joining(", ")))));
    }

    private static Optional<Instant> moment(String name, String text, Instant now) {
        if (text == null || text.isBlank()) {
            return Optional.empty();
        }
        try {
            String word = text.strip();
            return Optional.of(
                    word.startsWith("-") ? now.minus(Duration.parse("PT" + word.substring(1))) : Instant.parse(word));
        } catch (DateTimeException | ArithmeticException e) {
            throw new InvalidEventQuery(
                    "%s: '%s'; must be a time as 2026-11-23T15:34:52Z, or one ago as -30s or -5m".formatted(name, text),
                    e);
        }
    }
}
