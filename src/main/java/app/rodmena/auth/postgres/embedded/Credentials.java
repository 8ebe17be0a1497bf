package app.rodmena.auth.postgres.embedded;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.SYNC;
import static java.nio.file.StandardOpenOption.WRITE;

import app.rodmena.auth.postgres.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two passwords of a data directory, in a file in PGPASSFILE format. Immutable.
 *
 * @param superuser password of the role {@value #SUPERUSER}, which only creates the other one
 * @param server password of the role {@value #SERVER}, which the server uses
 */
record Credentials(Secret superuser, Secret server) {
    static final String SUPERUSER = "postgres";
    static final String SERVER = "auth";

    private static final Logger log = LoggerFactory.getLogger(Credentials.class);
    private static final String LINE = "127.0.0.1:*:*:%s:%s";
    private static final int PASSWORD_BYTES = 24;

    /** Generates random passwords and writes them to {@code file}. */
    static Credentials createIn(Path file) throws IOException {
        var credentials = new Credentials(randomPassword(), randomPassword());
        writePrivately(
                file,
                List.of(
                        LINE.formatted(SUPERUSER, credentials.superuser.reveal()),
                        LINE.formatted(SERVER, credentials.server.reveal())));
        return credentials;
    }

    static Credentials readFrom(Path file) throws IOException, EmbeddedDatabaseException {
        if (Files.notExists(file)) {
            throw new EmbeddedDatabaseException(
                    "The password file %s of the data directory is missing; restore it from a backup".formatted(file));
        }
        if (!PosixFilePermissions.toString(Files.getPosixFilePermissions(file)).endsWith("------")) {
            log.warn("{} was accessible by other users; its mode is now 600, but its passwords may be known", file);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        }
        List<String> lines = Files.readAllLines(file);
        return new Credentials(passwordOf(SUPERUSER, lines, file), passwordOf(SERVER, lines, file));
    }

    /** Writes a file that is never readable by other users, and that is complete and synced once it has its name. */
    static void writePrivately(Path file, List<String> lines) throws IOException {
        Path partial = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(partial);
        Files.createFile(partial, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(partial, lines, WRITE, SYNC);
        Files.move(partial, file, ATOMIC_MOVE);
    }

    private static Secret passwordOf(String role, List<String> lines, Path file) throws EmbeddedDatabaseException {
        String start = LINE.formatted(role, "");
        return lines.stream()
                .filter(line -> line.startsWith(start))
                .map(line -> Secret.of(line.substring(start.length())))
                .findFirst()
                .orElseThrow(() -> new EmbeddedDatabaseException(
                        "No password for %s in %s; restore the file from a backup".formatted(role, file)));
    }

    /** Hexadecimal, so that it never needs quoting. */
    private static Secret randomPassword() {
        byte[] bytes = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(bytes);
        return Secret.of(HexFormat.of().formatHex(bytes));
    }
}
