package app.rodmena.auth.postgres.embedded;

import app.rodmena.auth.common.FirstLine;
import app.rodmena.auth.common.SqlState;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Converts failures of PostgreSQL's programs and of the data directory to one-line messages for the operator. */
final class StartupFailureMessage {
    /** Messages of the operating system, in exceptions and in PostgreSQL's log, for a full disk. */
    private static final List<String> DISK_FULL_MESSAGES =
            List.of("No space left on device", "Disk quota exceeded", "could not extend file");

    /** With less free space in bytes, PostgreSQL may be unable to log why it did not start. */
    private static final long MIN_FREE_BYTES = 64 * 1024;

    /** The line with the reason, without the time and pid that precede it in PostgreSQL's log. */
    private static final Pattern REASON = Pattern.compile("(?m)(?:PANIC|FATAL|ERROR|error|unshare|pg_ctl):\\s+(.+)$");

    /** initdb's message for a user id without an entry in /etc/passwd. */
    private static final Pattern UNKNOWN_USER = Pattern.compile("could not look up effective user ID (\\d+)");

    private StartupFailureMessage() {}

    /** The user id that initdb did not find in /etc/passwd, if that is the reason. */
    static Optional<String> unknownUser(String output) {
        var unknown = UNKNOWN_USER.matcher(output);
        return unknown.find() ? Optional.of(unknown.group(1)) : Optional.empty();
    }

    /** Converts a program's output or log to a message. */
    static String from(String output, Path directory) {
        if (DISK_FULL_MESSAGES.stream().anyMatch(output::contains) || isFull(directory)) {
            return "No space left on the disk of %s; free space and start again, no committed data is lost"
                    .formatted(directory);
        }
        Optional<String> unknownUser = unknownUser(output);
        if (unknownUser.isPresent()) {
            return "PostgreSQL cannot create a data directory in %s as user id %s, which has no entry in /etc/passwd; add one, start as a user that has one, or set --database-url"
                    .formatted(directory, unknownUser.get());
        }
        var reason = REASON.matcher(output);
        return reason.find()
                ? "PostgreSQL does not start in %s: %s"
                        .formatted(directory, reason.group(1).strip())
                : "PostgreSQL does not start in %s, and logged no reason".formatted(directory);
    }

    static EmbeddedDatabaseException from(Exception failure, Path directory) {
        String message = from("error: " + oneLine(failure), directory);
        if (failure instanceof AccessDeniedException denied) {
            message = "%s must be readable and writable by user %s; change its owner, or choose another data directory"
                    .formatted(denied.getFile(), userName());
        } else if (failure instanceof SQLException sql && SqlState.INVALID_PASSWORD.equals(sql.getSQLState())) {
            message = "The passwords in %s/pgpass do not match the data; restore the file from a backup"
                    .formatted(directory);
        }
        return new EmbeddedDatabaseException(message, failure);
    }

    /** The JDK returns "?" for a user without an entry in /etc/passwd. */
    private static String userName() {
        String name = System.getProperty("user.name");
        return name.equals("?") ? "of this process, which has no name" : name;
    }

    private static boolean isFull(Path directory) {
        try {
            return Files.getFileStore(directory).getUsableSpace() < MIN_FREE_BYTES;
        } catch (IOException e) {
            return false;
        }
    }

    private static String oneLine(Exception failure) {
        // The message of a FileSystemException without a reason is only the file; its class then says the reason.
        boolean hasNoMessage = failure.getMessage() == null
                || (failure instanceof FileSystemException system && system.getReason() == null);
        String text = hasNoMessage ? failure.toString() : failure.getMessage();
        return FirstLine.of(text).strip();
    }
}
