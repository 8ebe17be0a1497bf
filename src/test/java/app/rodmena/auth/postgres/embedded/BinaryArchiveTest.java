package app.rodmena.auth.postgres.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.postgres.embedded.PostgresBinaries.BinaryArchive;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BinaryArchiveTest {
    @TempDir
    Path cache;

    /** One test, because unpacking takes several seconds of CPU time. */
    @Test
    void concurrentUnpackingYieldsOneCompleteResultAndDeletesThatOfAKilledProcess() throws Exception {
        Path abandoned = Files.createDirectory(cache.resolve("unpacking-1"));
        Path current = Files.createDirectory(cache.resolve("unpacking-2"));
        Files.setLastModifiedTime(abandoned, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
        BinaryArchive archive = BinaryArchive.forThisMachine();
        var other = CompletableFuture.supplyAsync(() -> unpack(archive));
        Path home = unpack(archive);

        assertThat(other.join()).isEqualTo(home).isEqualTo(unpack(archive));
        assertThat(home.resolve("bin/postgres")).isExecutable();
        assertThat(home.resolve("share/postgresql/postgres.bki")).isNotEmptyFile();
        try (Stream<Path> entries = Files.list(cache)) {
            assertThat(entries).containsExactlyInAnyOrder(home, current);
        }
    }

    private Path unpack(BinaryArchive archive) {
        try {
            return archive.unpackInto(cache);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
