package app.rodmena.auth.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The programs that the benchmark uses.
 *
 * @param home this repository
 */
record Tools(Path home, Wrk wrk, Optional<Path> pgbench) {
    /** Open files of a server besides its clients' connections. */
    private static final int OTHER_FILES = 200;

    /** @throws BenchException if a program or a resource is missing */
    static Tools find(Path home, int mostClients) throws IOException {
        if (!ProcFs.isAvailable()) {
            throw new BenchException("needs Linux: without /proc, the CPU time of processes is unknown");
        }
        long files = ProcFs.maxOpenFiles();
        if (files < mostClients + OTHER_FILES) {
            throw new BenchException("%d clients need more open files than the %d allowed here: ulimit -n %d first"
                    .formatted(mostClients, files, mostClients + OTHER_FILES));
        }
        Path wrk = Program.find("wrk").orElseThrow(() -> new BenchException("needs wrk: Debian's package is wrk"));
        return new Tools(home, new Wrk(wrk, home.resolve("src/bench/wrk")), Program.find("pgbench"));
    }

    /** The Spring Boot peer, built if its source is newer. */
    Path springPeer() throws IOException, InterruptedException {
        Path source = home.resolve("src/bench/spring");
        Path jar = home.resolve("target/spring/spring.jar");
        Path code = source.resolve("java/bench/Peer.java");
        if (!isNewer(jar, code) || !isNewer(jar, source.resolve("pom.xml"))) {
            System.err.println("bench: building the Spring Boot peer ...");
            List<String> command = new ArrayList<>(List.of("mvn", "-B", "-q"));
            List<String> words =
                    List.of(System.getenv().getOrDefault("MAVEN_ARGS", "").split("\\s+"));
            words.stream().filter(word -> !word.isEmpty()).forEach(command::add);
            command.add("package");
            Program.run(source, Map.of("JAVA_HOME", System.getProperty("java.home"), "MAVEN_ARGS", ""), command);
        }
        return jar;
    }

    Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    private static boolean isNewer(Path product, Path source) throws IOException {
        return Files.exists(product)
                && Files.getLastModifiedTime(product).compareTo(Files.getLastModifiedTime(source)) > 0;
    }
}
