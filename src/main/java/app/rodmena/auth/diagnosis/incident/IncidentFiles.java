package app.rodmena.auth.diagnosis.incident;

import app.rodmena.auth.common.DaemonThreads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores the last incidents as files {@code <id>.json}. Works on a separate thread, so that a full, slow or missing
 * disk does not affect callers. An error is logged once until writing succeeds again. Thread-safe.
 */
final class IncidentFiles implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("auth.incidents");
    private static final Pattern NAME = Pattern.compile(IncidentId.PATTERN.pattern() + "\\.json");
    private static final long MAX_BYTES = 16 * 1024 * 1024;
    private static final int MAX_QUEUED = 100;

    private final Path directory;
    private final int maxFiles;
    private final ThreadPoolExecutor thread = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_QUEUED),
            DaemonThreads.named("incident-files"),
            new ThreadPoolExecutor.DiscardPolicy());
    private boolean failing;

    /** @param maxFiles the maximum number of files */
    IncidentFiles(Path directory, int maxFiles) {
        this.directory = directory;
        this.maxFiles = maxFiles;
    }

    /** Reads the stored incidents asynchronously and passes them to {@code consumer}, the oldest first. */
    void load(Consumer<Incident> consumer) {
        thread.execute(() -> loadNow(consumer));
    }

    /** Stores an incident asynchronously; replaces an incident with the same id. */
    void store(Incident incident) {
        thread.execute(() -> storeNow(incident));
    }

    private void loadNow(Consumer<Incident> consumer) {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try {
            int unreadable = 0;
            for (Path file : newestFirst().stream().limit(maxFiles).sorted().toList()) {
                try {
                    if (Files.size(file) > MAX_BYTES) {
                        throw new IOException("the file is too large");
                    }
                    consumer.accept(IncidentDocument.read(Files.readAllBytes(file)));
                } catch (IOException e) {
                    unreadable++;
                    LOG.debug("{} is not an incident", file, e);
                }
            }
            if (unreadable > 0) {
                LOG.warn("{} files in {} are not valid incidents and are ignored", unreadable, directory);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("Stored incidents cannot be read from {}: {}", directory, e.toString());
        }
    }

    private void storeNow(Incident incident) {
        Path file = directory.resolve(incident.id() + ".json");
        try {
            Files.createDirectories(directory);
            Path draft = createDraft(incident.id());
            try {
                Files.write(draft, incident.document().json());
                Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(draft);
            }
            prune();
            if (failing) {
                failing = false;
                LOG.info("Incidents are stored in {} again", directory);
            }
        } catch (IOException | UncheckedIOException | SecurityException e) {
            if (!failing) {
                failing = true;
                LOG.warn("Incidents cannot be stored in {}, only in memory: {}", directory, e.toString());
            }
        }
    }

    /** On POSIX file systems, only the owner has access, because the file contains fingerprints of tenants. */
    private Path createDraft(String id) throws IOException {
        return Files.getFileStore(directory).supportsFileAttributeView("posix")
                ? Files.createTempFile(
                        directory,
                        id,
                        ".tmp",
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
                : Files.createTempFile(directory, id, ".tmp");
    }

    private void prune() throws IOException {
        for (Path old : newestFirst().stream().skip(maxFiles).toList()) {
            try {
                Files.delete(old);
            } catch (NoSuchFileException e) {
                // Another process that uses the directory has deleted it.
            }
        }
    }

    private List<Path> newestFirst() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> incidents = new ArrayList<>(files.filter(
                            file -> NAME.matcher(file.getFileName().toString()).matches())
                    .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .toList());
            incidents.sort(Comparator.reverseOrder());
            return incidents;
        }
    }

    /** Stores the queued incidents; waits for up to 2 s. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(2, TimeUnit.SECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
