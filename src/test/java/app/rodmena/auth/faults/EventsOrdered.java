package app.rodmena.auth.faults;

import app.rodmena.auth.pool.event.PoolEventKind;
import app.rodmena.auth.testing.ConnectionStories;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** E: events are paired and in order. Needs the server's whole log, with the connections' events at DEBUG. */
final class EventsOrdered implements Invariant {
    private static final Pattern EVENT = Pattern.compile("auth\\.database (\\w+) connection=(\\d+) ");

    @Override
    public List<Violation> check(Recording seen) {
        ConnectionStories stories = new ConnectionStories();
        return seen.logLines().stream()
                .flatMap(line -> problem(stories, line).stream()
                        .map(problem -> new Violation('E', seen.fault().ended(), problem + ": " + line)))
                .toList();
    }

    /** The connections without a close event in a server's log. */
    static List<Integer> openAfter(Stream<String> log) {
        ConnectionStories stories = new ConnectionStories();
        log.forEach(line -> problem(stories, line));
        return stories.open();
    }

    private static Optional<String> problem(ConnectionStories stories, String line) {
        Matcher event = EVENT.matcher(line);
        if (!event.find()) {
            return Optional.empty();
        }
        return Arrays.stream(PoolEventKind.values())
                .filter(kind -> kind.wireName().equals(event.group(1)))
                .findFirst()
                .flatMap(kind -> stories.add(Integer.parseInt(event.group(2)), kind));
    }
}
