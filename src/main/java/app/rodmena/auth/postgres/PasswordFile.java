package app.rodmena.auth.postgres;

import app.rodmena.auth.common.SqlState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.SQLInvalidAuthorizationSpecException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that holds a password in one line. Every login reads it, so that a new password needs no restart; while it
 * cannot be read, the last password read from it is used. Thread-safe.
 */
public final class PasswordFile {
    private static final Logger LOG = LoggerFactory.getLogger("auth.database");

    private final Path path;
    private Secret last = Secret.NONE;
    private boolean readable = true;

    PasswordFile(Path path) {
        this.path = path;
    }

    /**
     * Reads the password in {@code file}.
     *
     * @throws IOException if the file cannot be read, or is not UTF-8
     * @throws IllegalArgumentException if it does not hold one line; the message is the rule
     */
    public static Secret read(Path file) throws IOException {
        String password = Files.readString(file).replaceFirst("\\r?\\n$", "");
        if (password.isEmpty() || password.contains("\n")) {
            throw new IllegalArgumentException("must hold a password in one line");
        }
        return Secret.of(password);
    }

    /** @throws SQLException if the file has never been readable */
    synchronized Secret password() throws SQLException {
        try {
            last = read(path);
            readable = true;
        } catch (IOException | IllegalArgumentException e) {
            if (!last.isPresent()) {
                throw new SQLInvalidAuthorizationSpecException(
                        "no password in the password file %s: %s".formatted(path, reason(e)),
                        SqlState.INVALID_LOGIN,
                        e);
            }
            if (readable) {
                LOG.warn("The password file {} cannot be used; the last valid password is used: {}", path, reason(e));
            }
            readable = false;
        }
        return last;
    }

    private static String reason(Exception failure) {
        return failure instanceof IOException ? failure.toString() : "it " + failure.getMessage();
    }
}
