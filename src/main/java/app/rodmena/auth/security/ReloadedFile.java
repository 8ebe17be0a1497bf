package app.rodmena.auth.security;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import org.slf4j.Logger;

/**
 * The content of a file, which is read again within a second after the file is edited or replaced. While the file is
 * missing or invalid, the previous content stays, and the file is read again every few seconds. Thread-safe.
 *
 * @param <T> the type of the content
 * @param <E> the exception for a missing or invalid file
 */
final class ReloadedFile<T, E extends Exception> {
    private static final long CHECK_INTERVAL_NANOS = Duration.ofMillis(500).toNanos();

    /**
     * A refused file may become valid without a new stamp: its permissions, its password or the time were not right.
     */
    private static final long RETRY_INTERVAL_NANOS = Duration.ofSeconds(3).toNanos();

    private final String name;
    private final Path file;
    private final Reader<T, E> reader;
    private final Logger log;
    private T content;
    private Stamp stamp;

    /** The stamp that was refused last; null after a file that was not. */
    private Stamp refused;

    private String reason = "";
    private long checkedNanos;
    private long refusedNanos;

    @FunctionalInterface
    interface Reader<T, E extends Exception> {
        T read() throws E;
    }

    /** The attributes of a file that change when it is edited or replaced. */
    private record Stamp(FileTime modified, long bytes, Object inode) {
        /** The stamp of a file that does not exist or cannot be read. */
        static final Stamp NONE = new Stamp(FileTime.fromMillis(0), -1, "");

        static Stamp of(Path file) {
            try {
                var attributes = Files.readAttributes(file, BasicFileAttributes.class);
                Object inode = attributes.fileKey() == null ? "" : attributes.fileKey();
                return new Stamp(attributes.lastModifiedTime(), attributes.size(), inode);
            } catch (IOException e) {
                return NONE;
            }
        }
    }

    /**
     * Reads the file, which must be valid.
     *
     * @param name what the file is, for the log
     */
    ReloadedFile(String name, Path file, Reader<T, E> reader, Logger log) throws E {
        this.name = name;
        this.file = file;
        this.reader = reader;
        this.log = log;
        this.stamp = Stamp.of(file);
        this.content = reader.read();
        this.checkedNanos = System.nanoTime();
    }

    /** The content, after a check for a change; the same object as long as it is not read again. */
    synchronized T current() {
        long now = System.nanoTime();
        if (now - checkedNanos > CHECK_INTERVAL_NANOS) {
            checkedNanos = now;
            Stamp found = Stamp.of(file);
            if (found.equals(stamp) && !reason.isEmpty()) {
                accept(found, "is there again");
            }
            boolean isTooEarly = found.equals(refused) && now - refusedNanos < RETRY_INTERVAL_NANOS;
            if (!found.equals(stamp) && !isTooEarly) {
                reload(found);
            }
        }
        return content;
    }

    private void reload(Stamp found) {
        try {
            content = reader.read();
            accept(found, "was changed, and is used from now on");
        } catch (Exception e) {
            String problem = String.valueOf(e.getMessage());
            if (!found.equals(refused) || !problem.equals(reason)) {
                log.warn("The {} '{}' cannot be used; its previous content stays: {}", name, file, problem);
            }
            refused = found;
            reason = problem;
            refusedNanos = System.nanoTime();
        }
    }

    private void accept(Stamp found, String event) {
        stamp = found;
        refused = null;
        reason = "";
        log.info("The {} '{}' {}", name, file, event);
    }
}
