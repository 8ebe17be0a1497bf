package app.rodmena.auth.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ./run.sh diagnose}: prints a running server's diagnosis of its pool. */
@Command(
        name = "diagnose",
        sortOptions = false,
        description = "Prints why the pool of a running server is in its state: holders, waiters and what to do.",
        customSynopsis = "./run.sh diagnose [--url URL] [--json]",
        footer = {"", "Exit codes: 0 the pool is well, 1 it is not, 2 invalid flags or the server is not reachable."})
final class DiagnoseCommand implements Callable<Integer> {
    private static final int WELL = 0;
    private static final int IN_TROUBLE = 1;

    private final CommandContext context;

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = AdminClientOptions.DEFAULT_URL,
            converter = AdminClientOptions.Url.class,
            description = "Address of the server's admin listener (" + AdminClientOptions.DEFAULT_URL + ")")
    private URI url;

    @Mixin
    private AdminClientOptions login;

    @Option(names = "--json", description = "Print the whole diagnosis as JSON")
    private boolean isJson;

    @Mixin
    HelpOption help;

    DiagnoseCommand(CommandContext context) {
        this.context = context;
    }

    /** Prints the diagnosis; the exit code is 0 if the situation is WELL, else 1. */
    @Override
    public Integer call() throws Exception {
        AdminClient server = login.client(url);
        return context.lifecycle().start(() -> {
            JsonNode diagnosis = server.ask("/diagnosis", "situation");
            context.out()
                    .print(
                            isJson
                                    ? CommandJson.text(diagnosis)
                                    : diagnosis.path("text").asText());
            return diagnosis.path("situation").asText().equals("WELL") ? WELL : IN_TROUBLE;
        });
    }
}
