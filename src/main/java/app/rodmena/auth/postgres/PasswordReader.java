package app.rodmena.auth.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.common.DaemonThreads;
import app.rodmena.auth.common.SqlState;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the password of each login from its source. While that fails, the last password is used. What a file or a
 * command contains is never part of a message. Thread-safe.
 */
public final class PasswordReader {
    private static final Logger LOG = LoggerFactory.getLogger("auth.database");
    private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(5);

    /** After the command has failed, it is run again after this time; until then logins do not wait for it. */
    private static final Duration COMMAND_PAUSE = Duration.ofSeconds(5);

    private static final int MAX_BYTES = 64 * 1024;

    private final PasswordSource source;
    private Secret last = Secret.NONE;
    private boolean readable = true;
    private long pausedUntilNanos = System.nanoTime();

    PasswordReader(PasswordSource source) {
        this.source = source;
    }

    /**
     * Reads the password in {@code file}.
     *
     * @throws IOException if the file cannot be read, or is not UTF-8
     * @throws IllegalArgumentException if it does not hold one line; the message is the rule
     */
    public static Secret read(Path file) throws IOException {
        return oneLine(Files.readString(file));
    }

    private static Secret oneLine(String text) {
        String password = text.replaceFirst("\\r?\\n$", "");
        if (password.isEmpty() || password.contains("\n")) {
            throw new IllegalArgumentException("must hold a password in one line");
        }
        return Secret.of(password);
    }

    /** @throws SQLException if no password could be read yet */
    synchronized Secret password() throws SQLException {
        if (last.isPresent() && System.nanoTime() - pausedUntilNanos < 0) {
            return last;
        }
        try {
            last = source instanceof PasswordSource.Command command
                    ? run(command.command())
                    : read(((PasswordSource.File) source).path());
            readable = true;
        } catch (IOException | IllegalArgumentException e) {
            if (source instanceof PasswordSource.Command) {
                pausedUntilNanos = System.nanoTime() + COMMAND_PAUSE.toNanos();
            }
            if (!last.isPresent()) {
                throw new SQLInvalidAuthorizationSpecException(
                        "no password from the %s: %s".formatted(name(), reason(e)), SqlState.INVALID_LOGIN, e);
            }
            if (readable) {
                LOG.warn("The {} cannot be used; the last valid password is used: {}", name(), reason(e));
            }
            readable = false;
        }
        return last;
    }

    /** The command itself may contain a secret. */
    private String name() {
        return source instanceof PasswordSource.File file ? "password file " + file.path() : "password command";
    }

    private static String reason(Exception failure) {
        return failure instanceof IOException ? failure.toString() : "it " + failure.getMessage();
    }

    /** Its error output is discarded, because it may quote the password. */
    private static Secret run(String command) throws IOException {
        Process process = new ProcessBuilder("sh", "-c", command)
                .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                .redirectError(Redirect.DISCARD)
                .start();
        FutureTask<byte[]> output = new FutureTask<>(() -> {
            try (InputStream stream = process.getInputStream()) {
                return stream.readNBytes(MAX_BYTES);
            }
        });
        DaemonThreads.start("password-command", output);
        try {
            long deadline = System.nanoTime() + COMMAND_TIMEOUT.toNanos();
            byte[] bytes = output.get(COMMAND_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
            if (!process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw new TimeoutException();
            }
            if (process.exitValue() != 0) {
                throw new IOException("exit code " + process.exitValue());
            }
            return oneLine(UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (TimeoutException e) {
            throw new IOException("no password within %s s".formatted(COMMAND_TIMEOUT.toSeconds()), e);
        } catch (ExecutionException e) {
            throw new IOException("its output could not be read", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
