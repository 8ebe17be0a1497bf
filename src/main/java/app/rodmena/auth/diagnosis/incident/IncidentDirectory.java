package app.rodmena.auth.diagnosis.incident;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files of one kind in the directory of incidents, named after the incidents. Only the owner has access to them. A
 * file appears when it is complete, and only the newest ones are kept. Several processes may use one directory.
 * Stateless.
 */
public final class IncidentDirectory {
    /** Older drafts are of processes that ended while they wrote. */
    private static final Duration MAX_DRAFT_AGE = Duration.ofHours(1);

    private final Path directory;
    private final String extension;
    private final int maxFiles;
    private final Pattern names;
    private final Pattern drafts;

    /** Writes the content of an existing, empty file. */
    @FunctionalInterface
    public interface Writer {
        void write(Path file) throws IOException;
    }

    /**
     * Creates the view of a directory, which need not exist.
     *
     * @param extension what follows the id in a file's name, such as {@code .json}
     */
    IncidentDirectory(Path directory, String extension, int maxFiles) {
        this.directory = directory;
        this.extension = extension;
        this.maxFiles = maxFiles;
        names = Pattern.compile(Incident.ID.pattern() + Pattern.quote(extension));
        drafts = Pattern.compile(Incident.ID.pattern() + Pattern.quote(extension) + "\\d+\\.tmp");
    }

    public Path path() {
        return directory;
    }

    /** The file of an incident; empty if there is none. No other file has such a name, whatever the id contains. */
    public Optional<Path> find(String id) {
        return Optional.of(id)
                .filter(text -> Incident.ID.matcher(text).matches())
                .map(text -> directory.resolve(text + extension))
                .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS));
    }

    /** Stores the file of an incident, or replaces it; then deletes the oldest files beyond the maximum. */
    public void store(String id, Writer writer) throws IOException {
        if (!Incident.ID.matcher(id).matches()) {
            throw new IOException("not the id of an incident: " + id);
        }
        Files.createDirectories(directory);
        Path draft = Files.createTempFile(directory, id + extension, ".tmp"); // Only the owner has access to it.
        try {
            writer.write(draft);
            Files.move(
                    draft,
                    directory.resolve(id + extension),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(draft);
        }
        prune();
    }

    /** The newest files, at most the maximum, the newest first. */
    List<Path> newestFirst() throws IOException {
        return Files.isDirectory(directory)
                ? files(names).stream().limit(maxFiles).toList()
                : List.of();
    }

    private void prune() throws IOException {
        for (Path old : files(names).stream().skip(maxFiles).toList()) {
            Files.deleteIfExists(old); // Another process that uses the directory may have deleted it.
        }
        Instant oldest = Instant.now().minus(MAX_DRAFT_AGE);
        for (Path draft : files(drafts)) {
            try {
                if (Files.getLastModifiedTime(draft).toInstant().isBefore(oldest)) {
                    Files.deleteIfExists(draft);
                }
            } catch (NoSuchFileException e) {
                // Another process has completed or deleted it.
            }
        }
    }

    private List<Path> files(Pattern pattern) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(file ->
                            pattern.matcher(file.getFileName().toString()).matches())
                    .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
    }
}
