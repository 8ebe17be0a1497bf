package app.rodmena.auth.postgres.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A user id without an entry in /etc/passwd, as containers on OpenShift and with {@code docker run --user} have. */
class UnnamedUserTest {
    private static final int UID = 123_456;

    @TempDir
    Path directory;

    @Test
    void aUserIdWithoutPasswdEntryCreatesAndReusesADataDirectory() throws Exception {
        assumeTrue(
                (int) Files.getAttribute(directory, "unix:uid") == 0, "only root can start a process as another user");
        Files.setAttribute(directory, "unix:uid", UID);
        // The capability permits reading the class path, which may be in root's home.
        List<String> asUnnamedUser = List.of(
                "setpriv",
                "--reuid=" + UID,
                "--regid=" + UID,
                "--clear-groups",
                "--inh-caps=+dac_read_search",
                "--ambient-caps=+dac_read_search");
        Path data = directory.resolve("data");

        try (ServerProcess first = ServerProcess.startOn(data, false, asUnnamedUser)) {
            first.store(1);
            first.kill();
        }
        assertThat(Files.getAttribute(data.resolve("postgresql"), "unix:uid")).isEqualTo(UID);
        try (ServerProcess second = ServerProcess.startOn(data, false, asUnnamedUser)) {
            // The table of the first run exists, so the statement fails and the process ends; PostgreSQL was started.
            assertThat(second.lastStored()).isZero();
        }
        assertThat(data.resolve("postgresql.log.1")).exists();
    }
}
