package app.rodmena.auth.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds and runs programs of this machine. */
final class Program {
    private Program() {}

    /** Searches the PATH, then Debian's directories of PostgreSQL, the newest version first. */
    static Optional<Path> find(String name) throws IOException {
        Stream<Path> onPath = Stream.of(System.getenv("PATH").split(":")).map(Path::of);
        return Stream.concat(onPath, postgres())
                .map(directory -> directory.resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static Stream<Path> postgres() throws IOException {
        Path all = Path.of("/usr/lib/postgresql");
        if (!Files.isDirectory(all)) {
            return Stream.of();
        }
        try (Stream<Path> versions = Files.list(all)) {
            return versions
                    .sorted((one, other) -> Integer.compare(number(other), number(one)))
                    .map(version -> version.resolve("bin"))
                    .toList()
                    .stream();
        }
    }

    private static int number(Path version) {
        String digits = version.getFileName().toString().replaceAll("\\D.*", "");
        return digits.isEmpty() ? 0 : Integer.parseInt(digits);
    }

    /** Runs a program to its end and returns its output. */
    static String run(Path directory, Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);
            if (process.waitFor() != 0) {
                throw new BenchException(
                        "%s failed: %s".formatted(Path.of(command.get(0)).getFileName(), output.strip()));
            }
            return output;
        } finally {
            process.destroy();
        }
    }
}
