package app.rodmena.auth.embedded;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Puts into one line, for the operator, why a directory or a program of PostgreSQL did not do what it was asked. */
final class Complaint {
    /** What the operating system says, through Java and through PostgreSQL alike, when a disk takes no more. */
    private static final List<String> FULL =
            List.of("No space left on device", "Disk quota exceeded", "could not extend file");

    /** With less than this left, PostgreSQL may not even have been able to write down why it did not start. */
    private static final long TOO_LITTLE = 64 * 1024;

    /** A line that says what went wrong, without the time and pid that PostgreSQL's log puts before it. */
    private static final Pattern REASON = Pattern.compile("(?m)(?:PANIC|FATAL|ERROR|error|unshare|pg_ctl):\\s+(.+)$");

    /** What initdb says where the user id that it runs as has no entry in /etc/passwd. */
    private static final Pattern UNKNOWN_USER = Pattern.compile("could not look up effective user ID (\\d+)");

    private Complaint() {}

    /** The user id that initdb did not find in /etc/passwd. */
    static Optional<String> unknownUser(String output) {
        var unknown = UNKNOWN_USER.matcher(output);
        return unknown.find() ? Optional.of(unknown.group(1)) : Optional.empty();
    }

    /** What {@code output}, the words of a program or its log, means for whoever keeps data in {@code directory}. */
    static String from(String output, Path directory) {
        if (FULL.stream().anyMatch(output::contains) || isFull(directory)) {
            return "No space left on the disk of %s; make room and start again, nothing that was stored is lost"
                    .formatted(directory);
        }
        Optional<String> unknownUser = unknownUser(output);
        if (unknownUser.isPresent()) {
            return "PostgreSQL can't make a new data directory in %s as user id %s, which has no entry in /etc/passwd; add one, start as a user that has one, or name a database with --database-url"
                    .formatted(directory, unknownUser.get());
        }
        var reason = REASON.matcher(output);
        return reason.find()
                ? "PostgreSQL does not start in %s: %s"
                        .formatted(directory, reason.group(1).strip())
                : "PostgreSQL does not start in %s and does not say why".formatted(directory);
    }

    static EmbeddedDatabaseException from(IOException failure, Path directory) {
        if (failure instanceof AccessDeniedException denied) {
            return new EmbeddedDatabaseException(
                    "%s may not be read and written by user %s; change its owner, or choose another data directory"
                            .formatted(denied.getFile(), userName()),
                    failure);
        }
        return new EmbeddedDatabaseException(from("error: " + oneLine(failure), directory), failure);
    }

    static EmbeddedDatabaseException from(SQLException failure, Path directory) {
        if (ServerRole.INVALID_PASSWORD.equals(failure.getSQLState())) {
            return new EmbeddedDatabaseException(
                    "The passwords in %s/pgpass are not those of the data; put the file back from a backup"
                            .formatted(directory),
                    failure);
        }
        return new EmbeddedDatabaseException(from("error: " + oneLine(failure), directory), failure);
    }

    /** Java's name of a user without an entry in /etc/passwd is a question mark. */
    private static String userName() {
        String name = System.getProperty("user.name");
        return name.equals("?") ? "of this process, which has no name" : name;
    }

    private static boolean isFull(Path directory) {
        try {
            return Files.getFileStore(directory).getUsableSpace() < TOO_LITTLE;
        } catch (IOException e) {
            return false;
        }
    }

    private static String oneLine(Exception failure) {
        // A file system's exception without a reason has only the file for its message: its class is the reason.
        boolean silent = failure.getMessage() == null
                || (failure instanceof FileSystemException system && system.getReason() == null);
        String text = silent ? failure.toString() : failure.getMessage();
        return text.lines().findFirst().orElse("").strip();
    }
}
