package app.rodmena.auth.postgres.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.io.FileUtils;

/** A data directory that is created once and copied for each test, in a tenth of the time of initdb. */
final class FreshDirectory {
    private FreshDirectory() {}

    private static final class Original {
        static final Path PATH = make();

        private static Path make() {
            try {
                Path path = Files.createTempDirectory("auth-fresh-");
                Runtime.getRuntime().addShutdownHook(new Thread(() -> FileUtils.deleteQuietly(path.toFile())));
                EmbeddedDatabase.start(new EmbeddedConfig(path, false)).close();
                return path;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    static Path copiedTo(Path path) throws Exception {
        var copy = new ProcessBuilder("cp", "-a", Original.PATH.toString(), path.toString()).inheritIO();
        assertThat(copy.start().waitFor()).isZero();
        return path;
    }
}
