package app.rodmena.auth.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * {@code ./run.sh capacity --from URL}: prints a running server's own advice on the size of its pool.
 *
 * @param server the server to query
 * @param question a hypothetical fleet to assess as well; empty for none
 * @param format the output format
 */
public record AdviceCommand(AdminClient server, Optional<Question> question, OutputFormat format) implements Command {
    private static final int ANSWERED = 0;
    private static final int DOES_NOT_FIT = 1;

    /** A hypothetical fleet: its processes, the maximum connections of each, and the requests per second to all. */
    public record Question(int workers, int poolSize, int requestsPerSecond) {}

    /** Prints the advice; the exit code is 1 if PostgreSQL has too few connections for the hypothetical fleet. */
    @Override
    public int run(PrintStream out) throws CommandFailedException, InterruptedException {
        JsonNode answer = server.ask(page(), "known");
        JsonNode now = answer.path("now");
        JsonNode whatIf = answer.path("whatIf");
        if (!answer.path("known").asBoolean()) {
            throw new CommandFailedException(now.path("advice").asText(), null);
        }
        out.print(report(now, whatIf).as(format, answer));
        return whatIf.isMissingNode() || whatIf.path("fits").asBoolean() ? ANSWERED : DOES_NOT_FIT;
    }

    private TextReport report(JsonNode now, JsonNode whatIf) {
        TextReport report = new TextReport()
                .say(now.path("advice").asText())
                .table(
                        List.of("wait for a connection", "expected", "measured"),
                        List.of(
                                List.of(
                                        "mean",
                                        millis(now.path("expectedMeanWaitMillis")),
                                        millis(now.path("measuredMeanWaitMillis"))),
                                List.of(
                                        "p99",
                                        millis(now.path("expectedP99WaitMillis")),
                                        millis(now.path("measuredP99WaitMillis")))));
        question.ifPresent(asked -> report.say(outlook(asked, whatIf)));
        return report;
    }

    private static String outlook(Question asked, JsonNode whatIf) {
        int room = whatIf.path("room").asInt();
        List<String> words = new ArrayList<>();
        words.add(String.format(
                Locale.ROOT,
                "%,d x %,d connections under %,d requests/s: %.0f %% busy, mean wait %s, p99 %s; they saturate at %,.0f checkouts/s.",
                asked.workers(),
                asked.poolSize(),
                asked.requestsPerSecond(),
                whatIf.path("utilisation").asDouble() * 100,
                millis(whatIf.path("meanWaitMillis")),
                millis(whatIf.path("p99WaitMillis")),
                whatIf.path("saturation").asDouble()));
        words.add(
                room < 0
                        ? String.format(
                                Locale.ROOT,
                                "Whether PostgreSQL has %,d connections is not known.",
                                whatIf.path("connections").asInt())
                        : String.format(
                                Locale.ROOT,
                                "PostgreSQL has %,d connections for the %,d that may be opened: %s.",
                                room,
                                whatIf.path("connections").asInt(),
                                whatIf.path("fits").asBoolean() ? "they fit" : "they do not fit"));
        return String.join(" ", words);
    }

    private static String millis(JsonNode millis) {
        return millis.asDouble() < 0 ? "without end" : String.format(Locale.ROOT, "%.2f ms", millis.asDouble());
    }

    private String page() {
        return question.map(asked -> "/capacity?workers=%s&poolSize=%s&requestsPerSecond=%s"
                        .formatted(asked.workers(), asked.poolSize(), asked.requestsPerSecond()))
                .orElse("/capacity");
    }
}
