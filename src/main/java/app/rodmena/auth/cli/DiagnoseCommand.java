package app.rodmena.auth.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.util.Objects;

/**
 * {@code ./run.sh diagnose}: prints a running server's diagnosis of its pool.
 *
 * @param server the server to query
 * @param format the output format
 */
public record DiagnoseCommand(AdminClient server, OutputFormat format) implements Command {
    private static final int WELL = 0;
    private static final int IN_TROUBLE = 1;

    public DiagnoseCommand {
        Objects.requireNonNull(server, "server");
        Objects.requireNonNull(format, "format");
    }

    /** Prints the diagnosis; the exit code is 0 if the situation is WELL, else 1. */
    @Override
    public int run(PrintStream out) throws CommandFailedException, InterruptedException {
        JsonNode diagnosis = server.ask("/diagnosis", "situation");
        out.print(
                switch (format) {
                    case TEXT -> diagnosis.path("text").asText();
                    case JSON -> CommandJson.text(diagnosis);
                    case MARKDOWN -> "```\n" + diagnosis.path("text").asText() + "```\n";
                });
        return diagnosis.path("situation").asText().equals("WELL") ? WELL : IN_TROUBLE;
    }
}
