package app.rodmena.auth.diagnosis.incident;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IncidentDirectoryTest {
    @TempDir
    Path path;

    @Test
    void theNewestFilesOfOneKindAreKept() throws Exception {
        IncidentDirectory recordings = new IncidentDirectory(path, ".jfr", 2);
        Files.writeString(path.resolve("20260101-000000-000a.json"), "{}");
        for (int day = 1; day <= 4; day++) {
            recordings.store("2026010%s-000000-000a".formatted(day), file -> Files.writeString(file, "content"));
        }

        assertThat(names())
                .containsExactlyInAnyOrder(
                        "20260101-000000-000a.json", "20260103-000000-000a.jfr", "20260104-000000-000a.jfr");
        assertThat(recordings.find("20260104-000000-000a")).isPresent();
        assertThat(recordings.find("20260101-000000-000a")).isEmpty();
    }

    @Test
    void aFailedFileLeavesNothingAndOldDraftsAreDeleted() throws Exception {
        IncidentDirectory recordings = new IncidentDirectory(path, ".jfr", 2);
        Path abandoned = Files.writeString(path.resolve("20260101-000000-000a.jfr123.tmp"), "half");
        Files.setLastModifiedTime(abandoned, FileTime.from(Instant.now().minus(Duration.ofDays(1))));
        Files.writeString(path.resolve("20260101-000000-000a.jfr124.tmp"), "written by another process now");
        recordings.store("20260102-000000-000a", file -> Files.writeString(file, "content"));

        assertThatThrownBy(() -> recordings.store("20260103-000000-000a", file -> {
                    Files.writeString(file, "half");
                    throw new IOException("disk full");
                }))
                .hasMessage("disk full");
        assertThat(names()).containsExactlyInAnyOrder("20260101-000000-000a.jfr124.tmp", "20260102-000000-000a.jfr");
    }

    @Test
    void noOtherFileHasTheNameOfAnIncident() throws Exception {
        IncidentDirectory recordings = new IncidentDirectory(path.resolve("incidents"), ".jfr", 2);
        Files.writeString(path.resolve("20260101-000000-000a.jfr"), "outside");

        assertThat(recordings.find("../20260101-000000-000a")).isEmpty();
        assertThatThrownBy(() -> recordings.store("../20260102-000000-000a", file -> {}))
                .isInstanceOf(IOException.class);
    }

    private Stream<String> names() throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.map(file -> file.getFileName().toString()).toList().stream();
        }
    }
}
