package app.rodmena.auth.incidents;

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
 * Keeps incidents as files, {@code <id>.json} each, the last of them only. On a thread of its own: a disk that is full,
 * slow or not there costs nobody else anything, and is told once until it works again. Thread-safe.
 */
final class IncidentFiles implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("auth.incidents");
    private static final Pattern NAME = Pattern.compile(IncidentId.PATTERN.pattern() + "\\.json");
    private static final long MOST_BYTES = 16 * 1024 * 1024;
    private static final int MOST_QUEUED = 100;

    private final Path directory;
    private final int most;
    private final ThreadPoolExecutor thread = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MOST_QUEUED),
            task -> {
                Thread worker = new Thread(task, "incident-files");
                worker.setDaemon(true);
                return worker;
            },
            new ThreadPoolExecutor.DiscardPolicy());
    private boolean failing;

    /** @param most how many files are kept */
    IncidentFiles(Path directory, int most) {
        this.directory = directory;
        this.most = most;
    }

    /** Hands over what is kept, the oldest first, soon. */
    void load(Consumer<Incident> use) {
        thread.execute(() -> loadNow(use));
    }

    /** Keeps an incident, soon; one of the same id is replaced. */
    void keep(Incident incident) {
        thread.execute(() -> keepNow(incident));
    }

    private void loadNow(Consumer<Incident> use) {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try {
            int foreign = 0;
            for (Path file : newestFirst().stream().limit(most).sorted().toList()) {
                try {
                    if (Files.size(file) > MOST_BYTES) {
                        throw new IOException("it is too large");
                    }
                    use.accept(IncidentDocument.read(Files.readAllBytes(file)));
                } catch (IOException e) {
                    foreign++;
                    LOG.debug("{} is no incident", file, e);
                }
            }
            if (foreign > 0) {
                LOG.warn("{} files in {} can't be read as incidents and are left alone", foreign, directory);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("Earlier incidents can't be read from {}: {}", directory, e.toString());
        }
    }

    private void keepNow(Incident incident) {
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
                LOG.info("Incidents are kept in {} again", directory);
            }
        } catch (IOException | UncheckedIOException | SecurityException e) {
            if (!failing) {
                failing = true;
                LOG.warn("Incidents can't be kept in {}, only in memory: {}", directory, e.toString());
            }
        }
    }

    /** For its owner only, where files have owners: there are tenants' fingerprints in it. */
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
        for (Path old : newestFirst().stream().skip(most).toList()) {
            try {
                Files.delete(old);
            } catch (NoSuchFileException e) {
                // Another process that uses the directory was faster.
            }
        }
    }

    private List<Path> newestFirst() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> ours = new ArrayList<>(files.filter(
                            file -> NAME.matcher(file.getFileName().toString()).matches())
                    .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .toList());
            ours.sort(Comparator.reverseOrder());
            return ours;
        }
    }

    /** Keeps what is still to be kept, for two seconds at most. */
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
