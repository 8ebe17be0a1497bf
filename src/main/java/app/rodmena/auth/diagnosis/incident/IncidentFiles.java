package app.rodmena.auth.diagnosis.incident;

import app.rodmena.auth.common.DaemonThreads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores the last incidents as files {@code <id>.json}. Works on a separate thread, so that a full, slow or missing
 * disk does not affect callers. An error is logged once until writing succeeds again. Thread-safe.
 */
final class IncidentFiles implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("auth.incidents");
    private static final long MAX_BYTES = 16 * 1024 * 1024;
    private static final int MAX_QUEUED = 100;

    private final IncidentDirectory directory;
    private final ThreadPoolExecutor thread =
            DaemonThreads.pool(1, new LinkedBlockingQueue<>(MAX_QUEUED), DaemonThreads.named("incident-files"));
    private boolean failing;

    IncidentFiles(Path directory, int maxFiles) {
        thread.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
        this.directory = new IncidentDirectory(directory, ".json", maxFiles);
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
        try {
            int unreadable = 0;
            for (Path file : directory.newestFirst().stream().sorted().toList()) {
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
                LOG.warn("{} files in {} are not valid incidents and are ignored", unreadable, directory.path());
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("Stored incidents cannot be read from {}: {}", directory.path(), e.toString());
        }
    }

    private void storeNow(Incident incident) {
        try {
            directory.store(
                    incident.id(), file -> Files.write(file, incident.document().json()));
            if (failing) {
                failing = false;
                LOG.info("Incidents are stored in {} again", directory.path());
            }
        } catch (IOException | UncheckedIOException | SecurityException e) {
            if (!failing) {
                failing = true;
                LOG.warn("Incidents cannot be stored in {}, only in memory: {}", directory.path(), e.toString());
            }
        }
    }

    /** Stores the queued incidents; waits for up to 2 s. */
    @Override
    public void close() {
        DaemonThreads.stop(thread, Duration.ofSeconds(2));
    }
}
