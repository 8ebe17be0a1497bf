package app.rodmena.auth.cli;

import app.rodmena.auth.cli.AdminClient.LoginOptions;
import app.rodmena.auth.cli.CommandOptions.HelpOption;
import app.rodmena.auth.common.Json;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ./run.sh diagnose}: prints a running server's diagnosis of its pool. */
@Command(
        name = "diagnose",
        sortOptions = false,
        description = "Prints why the pool of a running server is in its state: holders, waiters and what to do.",
        customSynopsis = "./run.sh diagnose [--at TIME | --from TIME [--to TIME]] [--url URL] [--json]",
        footer = {"", "Exit codes: 0 the pool is well, 1 it is not, 2 invalid flags or the server is not reachable."})
final class DiagnoseCommand implements Callable<Integer> {
    private static final int WELL = 0;
    private static final int IN_TROUBLE = 1;

    private final CommandContext context;

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = AdminClient.DEFAULT_URL,
            description = "Address of the server's admin listener (" + AdminClient.DEFAULT_URL + ")")
    private URI url;

    @Mixin
    private LoginOptions login;

    @Option(
            names = "--at",
            paramLabel = "TIME",
            description = "Diagnosis of a past minute (14:02, -10m) or second (14:02:30, -45s) of the last 15 minutes;"
                    + " clock times in this machine's time zone")
    private String at;

    @Option(names = "--from", paramLabel = "TIME", description = "Diagnosis of a past period, until now or --to")
    private String from;

    @Option(names = "--to", paramLabel = "TIME", description = "End of that period")
    private String to;

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
            JsonNode diagnosis = server.ask(page(), "situation");
            String text = diagnosis.path("text").asText();
            context.out().print(isJson ? Json.indented(diagnosis) : text);
            return diagnosis.path("situation").asText().equals("WELL") ? WELL : IN_TROUBLE;
        });
    }

    private String page() {
        Map<String, String> period = new LinkedHashMap<>();
        period.put("at", at);
        period.put("from", from);
        period.put("to", to);
        String query = period.entrySet().stream()
                .filter(parameter -> parameter.getValue() != null)
                .map(parameter -> parameter.getKey() + "="
                        + URLEncoder.encode(inUtc(parameter.getValue()), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return query.isEmpty() ? "/diagnosis" : "/diagnosis?" + query;
    }

    /** Converts a clock time to UTC, as precise as it is; the server checks all other forms. */
    private static String inUtc(String text) {
        try {
            // Without the date, because it may have been yesterday; LocalTime prints no seconds if they are zero.
            return ZonedDateTime.of(
                            LocalDate.now(ZoneId.systemDefault()), LocalTime.parse(text), ZoneId.systemDefault())
                    .withZoneSameInstant(ZoneOffset.UTC)
                    .format(DateTimeFormatter.ofPattern(text.length() == 5 ? "HH:mm" : "HH:mm:ss", Locale.ROOT));
        } catch (DateTimeParseException e) {
            return text;
        }
    }
}
