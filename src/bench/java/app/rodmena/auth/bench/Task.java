package app.rodmena.auth.bench;

import java.nio.file.Path;
import java.util.Optional;

/** Something to measure, with what the command line says about it. */
interface Task {
    boolean isHelpWanted();

    /** What can't be, in one line. */
    Optional<String> complaint();

    /**
     * Measures, and prints what came of it.
     *
     * @param home this repository
     * @param directory empty, for whatever is written
     */
    void run(Path home, Path directory) throws Exception;
}
