package app.rodmena.auth.pool.event;

import app.rodmena.auth.common.InvalidParameterException;
import app.rodmena.auth.common.WireNamed;
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
 * A filter for events, parsed from request parameters. Immutable.
 *
 * @param connectionId the connection; 0 for all
 * @param from start of the time range, inclusive
 * @param to end of the time range, inclusive
 */
public record EventQuery(Set<PoolEventKind> kinds, int connectionId, Instant from, Instant to)
        implements Predicate<PoolEvent> {
    public EventQuery {
        kinds = Set.copyOf(kinds);
    }

    /**
     * Parses a query. An empty or null parameter matches everything.
     *
     * @param kinds comma-separated kinds, such as {@code timeout,leak_suspected}
     * @param connectionId 0 for all
     * @param from a time such as {@code 2026-11-23T15:34:52Z}, or an offset such as {@code -5m} for five minutes ago
     * @param to in the format of {@code from}
     * @throws InvalidParameterException if a parameter is invalid; the message is one line that names it and what is
     *     allowed
     */
    public static EventQuery parse(String kinds, int connectionId, String from, String to) {
        Instant now = Instant.now();
        return new EventQuery(
                kinds(kinds),
                connectionId,
                parseTime("from", from, now).orElse(Instant.MIN),
                parseTime("to", to, now).orElse(Instant.MAX));
    }

    @Override
    public boolean test(PoolEvent event) {
        return kinds.contains(event.kind())
                && (connectionId == 0 || event.connectionId() == connectionId)
                && !event.time().isBefore(from)
                && !event.time().isAfter(to);
    }

    /**
     * Parses a comma-separated list of kinds; empty or null means all kinds.
     *
     * @throws InvalidParameterException if a kind is unknown; the message lists the known kinds
     */
    public static Set<PoolEventKind> kinds(String text) {
        if (text == null || text.isBlank()) {
            return EnumSet.allOf(PoolEventKind.class);
        }
        return Arrays.stream(text.split(","))
                .map(word -> parseKind(word.strip()))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(PoolEventKind.class)));
    }

    private static PoolEventKind parseKind(String word) {
        return WireNamed.find(PoolEventKind.class, word)
                .orElseThrow(() -> new InvalidParameterException("kinds: unknown kind '%s'; allowed: %s"
                        .formatted(word, String.join(", ", WireNamed.names(PoolEventKind.class)))));
    }

    private static Optional<Instant> parseTime(String name, String text, Instant now) {
        if (text == null || text.isBlank()) {
            return Optional.empty();
        }
        try {
            String word = text.strip();
            return Optional.of(
                    word.startsWith("-") ? now.minus(Duration.parse("PT" + word.substring(1))) : Instant.parse(word));
        } catch (DateTimeException | ArithmeticException e) {
            throw new InvalidParameterException(
                    "%s: '%s'; must be a time such as 2026-11-23T15:34:52Z, or an offset such as -30s or -5m"
                            .formatted(name, text));
        }
    }
}
