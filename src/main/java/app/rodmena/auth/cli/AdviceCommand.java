package app.rodmena.auth.cli;

import static app.rodmena.auth.common.NumberText.decimal;
import static app.rodmena.auth.common.NumberText.grouped;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;

/**
 * {@code ./run.sh capacity --from URL}: prints a running server's own advice on the size of its pool.
 *
 * @param server the server to query
 * @param question a hypothetical fleet to assess as well; empty for none
 * @param format the output format
 */
public record AdviceCommand(AdminClient server, Optional<Question> question, TextReport.OutputFormat format)
        implements Command {
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
            throw new CommandFailedException(now.path("advice").asText());
        }
        out.print(report(now, whatIf).as(format, answer));
        return whatIf.isMissingNode() || whatIf.path("fits").asBoolean() ? ANSWERED : DOES_NOT_FIT;
    }

    private TextReport report(JsonNode now, JsonNode whatIf) {
        TextReport report = new TextReport()
                .say(now.path("advice").asText())
                .table(
                        List.of("wait for a connection", "expected", "measured"),
                        List.of(waits("mean", "MeanWaitMillis", now), waits("p99", "P99WaitMillis", now)));
        question.ifPresent(asked -> report.say(outlook(asked, whatIf)));
        return report;
    }

    private static List<String> waits(String name, String field, JsonNode now) {
        return List.of(name, millis(now.path("expected" + field)), millis(now.path("measured" + field)));
    }

    private static String outlook(Question asked, JsonNode whatIf) {
        int room = whatIf.path("room").asInt();
        String connections = grouped(whatIf.path("connections").asInt());
        String load =
                "%s x %s connections under %s requests/s: %s %% busy, mean wait %s, p99 %s; they saturate at %s checkouts/s. "
                        .formatted(
                                grouped(asked.workers()),
                                grouped(asked.poolSize()),
                                grouped(asked.requestsPerSecond()),
                                decimal(whatIf.path("utilisation").asDouble() * 100, 0),
                                millis(whatIf.path("meanWaitMillis")),
                                millis(whatIf.path("p99WaitMillis")),
                                decimal(whatIf.path("saturation").asDouble(), 0));
        return load
                + (room < 0
                        ? "Whether PostgreSQL has %s connections is not known.".formatted(connections)
                        : "PostgreSQL has %s connections for the %s that may be opened: %s."
                                .formatted(
                                        grouped(room),
                                        connections,
                                        whatIf.path("fits").asBoolean() ? "they fit" : "they do not fit"));
    }

    private static String millis(JsonNode millis) {
        return millis.asDouble() < 0 ? "without end" : decimal(millis.asDouble(), 2) + " ms";
    }

    private String page() {
        return question.map(asked -> "/capacity?workers=%s&poolSize=%s&requestsPerSecond=%s"
                        .formatted(asked.workers(), asked.poolSize(), asked.requestsPerSecond()))
                .orElse("/capacity");
    }
}
