package app.rodmena.auth.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Option;

/** What {@code ./run.sh bench} can be told. */
final class Options {
    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "Every contender's turns under every load (${DEFAULT-VALUE})")
    int rounds;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "5",
            description = "How long a turn takes (${DEFAULT-VALUE})")
    int seconds;

    @Option(
            names = "--warmup",
            paramLabel = "N",
            defaultValue = "10",
            description = "Seconds under load for every contender before the first turn (${DEFAULT-VALUE})")
    int warmup;

    @Option(
            names = "--clients",
            paramLabel = "N,N",
            split = ",",
            hideParamSyntax = true,
            defaultValue = "1,32,100,256,1000",
            description = "Connections that ask at the same time, load by load (${DEFAULT-VALUE})")
    List<Integer> clients = new ArrayList<>();

    @Option(
            names = "--only",
            paramLabel = "NAME,NAME",
            split = ",",
            hideParamSyntax = true,
            description = "Some of batched, plain, bare, pgbench, spring; by default all that can be had")
    Set<Kind> only = new LinkedHashSet<>(Arrays.asList(Kind.values()));

    @Option(
            names = "--memberships",
            paramLabel = "1k|100k|1M",
            defaultValue = "100k",
            converter = Size.class,
            description = "How many there are in the database (${DEFAULT-VALUE})")
    int memberships;

    @Option(names = "--growth", description = "Also compare 1k memberships with 1M, at 100 clients")
    boolean growth;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write every turn there")
    Path json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this")
    boolean help;

    int mostClients() {
        return clients.stream().mapToInt(Integer::intValue).max().orElseThrow();
    }

    /** What can't be, in one line; null if everything can. */
    String complaint() {
        if (rounds < 1 || seconds < 1 || warmup < 0) {
            return "--rounds and --seconds must be 1 or more, --warmup 0 or more";
        }
        if (clients.stream().anyMatch(count -> count < 1 || count > 10_000)) {
            return "--clients must be 1 to 10000 each";
        }
        return memberships < Dataset.LEAST_MEMBERSHIPS
                ? "--memberships must be %d or more".formatted(Dataset.LEAST_MEMBERSHIPS)
                : null;
    }
}
