package app.rodmena.auth.bench;

import app.rodmena.auth.postgres.embedded.EmbeddedDatabaseException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Option;

/** The options of {@code ./run.sh bench http}. */
final class Options implements Benchmark {
    private static final int MAX_CLIENTS = 10_000;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "Measurements of each contender under each load (${DEFAULT-VALUE})")
    int rounds;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Duration of a measurement (${DEFAULT-VALUE})")
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
            description = "Concurrent connections of each load (${DEFAULT-VALUE})")
    List<Integer> clients = new ArrayList<>();

    @Option(
            names = "--only",
            paramLabel = "NAME,NAME",
            split = ",",
            hideParamSyntax = true,
            description =
                    "Some of batched, plain, other, ping, bulk, bare, pgbench, spring; by default all that are available")
    Set<ContenderKind> only = new LinkedHashSet<>(Arrays.asList(ContenderKind.values()));

    @Option(
            names = "--memberships",
            paramLabel = "1k|100k|1M|10M",
            defaultValue = "100k",
            converter = SizeConverter.class,
            description = "Memberships in the database (${DEFAULT-VALUE})")
    int memberships;

    @Option(
            names = "--beside",
            paramLabel = "DIR",
            description = "Also measure the server of this directory, another version of this repository, or the same")
    private Path beside;

    @Option(
            names = "--beside-java",
            paramLabel = "DIR",
            description = "Home of the JDK of the server of --beside (by default the same)")
    private Path besideJava;

    @Option(
            names = "--beside-flag",
            paramLabel = "FLAG",
            description = "A flag of the server of --beside, as --beside-flag=--batch-slots=2; several are allowed")
    private List<String> besideFlags = new ArrayList<>();

    @Option(names = "--growth", description = "Also compare 1k memberships with 1M and 10M, at 100 clients")
    boolean growth;

    @Option(
            names = "--writes",
            description = "Grant roles instead of checking permissions: batched, plain and other only, fsync is on")
    boolean writes;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write all measurements to this file")
    Path json;

    Optional<Beside> beside() {
        return Optional.ofNullable(beside)
                .map(home -> new Beside(
                        home.toAbsolutePath(), Optional.ofNullable(besideJava).map(Path::toAbsolutePath), besideFlags));
    }

    @Override
    public Optional<String> problem() {
        if (rounds < 1 || seconds < 1 || warmup < 0) {
            return Optional.of("--rounds and --seconds must be 1 or more, --warmup 0 or more");
        }
        if (clients.stream().anyMatch(count -> count < 1 || count > MAX_CLIENTS)) {
            return Optional.of("--clients must be 1 to %d each".formatted(MAX_CLIENTS));
        }
        if (beside == null && (besideJava != null || !besideFlags.isEmpty())) {
            return Optional.of("--beside-java and --beside-flag need --beside");
        }
        if (writes && growth) {
            return Optional.of("--growth compares checks, and cannot be combined with --writes");
        }
        return memberships < Dataset.MIN_MEMBERSHIPS
                ? Optional.of("--memberships must be %d or more".formatted(Dataset.MIN_MEMBERSHIPS))
                : Optional.empty();
    }

    @Override
    public void run(Path home, Path directory)
            throws IOException, InterruptedException, SQLException, EmbeddedDatabaseException {
        if (writes) {
            only.retainAll(EnumSet.of(ContenderKind.BATCHED, ContenderKind.PLAIN, ContenderKind.OTHER));
        }
        int mostClients = clients.stream().mapToInt(Integer::intValue).max().orElseThrow();
        new HttpBench(this, Tools.find(home, mostClients), directory).run();
    }
}
