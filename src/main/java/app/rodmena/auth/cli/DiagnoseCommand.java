package app.rodmena.auth.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.util.Objects;

/**
 * {@code ./run.sh diagnose}: why the pool of a running server is as it is.
 *
 * @param server which
 * @param format text or JSON
 */
public record DiagnoseCommand(AdminClient server, OutputFormat format) implements Command {
    private static final int WELL = 0;
    private static final int IN_TROUBLE = 1;

    public DiagnoseCommand {
        Objects.requireNonNull(server, "server");
        Objects.requireNonNull(format, "format");
    }

    /** Prints the diagnosis; the exit code is 0 if the pool is well, and 1 if it is not. */
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
