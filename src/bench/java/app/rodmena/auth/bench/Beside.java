package app.rodmena.auth.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The server of the contender OTHER.
 *
 * @param home a directory with a version of this repository
 * @param java the home of its JDK; the one of this process by default
 * @param flags flags of the server
 */
record Beside(Path home, Optional<Path> java, List<String> flags) {}
