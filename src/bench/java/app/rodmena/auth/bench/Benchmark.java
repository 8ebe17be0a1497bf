package app.rodmena.auth.bench;

import java.nio.file.Path;
import java.util.Optional;

/** A benchmark and its command line options. */
interface Benchmark {
    /** Why the options are invalid, in one line. */
    Optional<String> problem();

    /**
     * Runs the benchmark and prints the result.
     *
     * @param home this repository
     * @param directory an empty directory for files
     */
    void run(Path home, Path directory) throws Exception;
}
