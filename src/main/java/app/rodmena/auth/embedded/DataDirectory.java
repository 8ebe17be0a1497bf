package app.rodmena.auth.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;

/**
 * A directory that is ours alone for as long as this is open: no two servers use the same one at once.
 *
 * <p>The lock is the operating system's, on a file that stays: it dies with the process that holds it, however that
 * dies, and never has to be cleaned up.
 */
final class DataDirectory implements AutoCloseable {
    static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private static final String EPHEMERAL = "ephemeral-";

    /** What a server writes here that has another PostgreSQL, but the same default directory. */
    private static final String INCIDENTS = "incidents";

    /** What pg_ctl's command line, which passes through a shell, and postmaster.pid, which has lines, can't hold. */
    private static final Pattern UNSPEAKABLE = Pattern.compile("[\"$`\\\\\\p{Cntrl}]");

    /**
     * Held by this process. The operating system's lock is the process's, not the channel's: opening and closing the
     * file a second time would silently give it up.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    /** How long the data stays. Told apart by the lock's name: what a directory is called must not decide over data. */
    private enum Kind {
        KEPT("server.lock"),
        EPHEMERAL("ephemeral.lock");

        private final String lock;

        Kind(String lock) {
            this.lock = lock;
        }
    }

    private final Path path;
    private final Kind kind;
    private final FileChannel lock;

    private DataDirectory(Path path, Kind kind, FileChannel lock) {
        this.path = path;
        this.kind = kind;
        this.lock = lock;
    }

    /**
     * Claims {@code path}, which is made if it is missing.
     *
     * @throws EmbeddedDatabaseException if it is in use, or something else is in it
     */
    static DataDirectory claim(Path path) throws IOException, EmbeddedDatabaseException {
        Path real = create(path);
        if (Files.notExists(real.resolve(Kind.KEPT.lock)) && hasStrangersIn(real)) {
            throw new EmbeddedDatabaseException(
                    "The data directory %s is not empty, and what is in it was not put there by this server; choose another"
                            .formatted(path));
        }
        return claim(real, Kind.KEPT);
    }

    /** Claims a new directory below {@code parent}, which goes away when it is given up. */
    static DataDirectory claimNewBelow(Path parent) throws IOException, EmbeddedDatabaseException {
        return claim(Files.createTempDirectory(create(parent), EPHEMERAL), Kind.EPHEMERAL);
    }

    /** Claims the directories that ephemeral servers have left below {@code parent} when they were killed. */
    static List<DataDirectory> claimAbandonedBelow(Path parent) throws IOException {
        List<DataDirectory> abandoned = new ArrayList<>();
        try (Stream<Path> entries = Files.list(parent)) {
            for (Path entry : (Iterable<Path>) entries::iterator) {
                // An owner writes its pid once it has the lock: before that, it is not abandoned but new.
                if (entry.getFileName().toString().startsWith(EPHEMERAL)
                        && Files.isDirectory(entry, NOFOLLOW_LINKS)
                        && !holder(entry.toRealPath(), Kind.EPHEMERAL).isEmpty()) {
                    tryClaim(entry.toRealPath(), Kind.EPHEMERAL).ifPresent(abandoned::add);
                }
            }
        }
        return abandoned;
    }

    Path path() {
        return path;
    }

    /** Where PostgreSQL has its own data directory. */
    Path cluster() {
        return clusterIn(path);
    }

    static Path clusterIn(Path directory) {
        return directory.resolve("postgresql");
    }

    /** PostgreSQL's log since its last start. */
    Path log() {
        return path.resolve("postgresql.log");
    }

    /** The log of the start before that: it may be what tells why there was another. */
    Path previousLog() {
        return path.resolve("postgresql.log.1");
    }

    Path passwords() {
        return path.resolve("pgpass");
    }

    /** Whether it goes away when it is given up. */
    boolean isEphemeral() {
        return kind == Kind.EPHEMERAL;
    }

    /** Gives the directory up. What is in it stays, unless it is ephemeral. */
    @Override
    public void close() throws IOException {
        try (lock) {
            if (isEphemeral()) {
                FileUtils.deleteDirectory(path.toFile());
            }
        } finally {
            HELD.remove(path);
        }
    }

    private static Path create(Path path) throws IOException, EmbeddedDatabaseException {
        if (UNSPEAKABLE.matcher(path.toString()).find()) {
            throw new EmbeddedDatabaseException(
                    "The data directory '%s' has a character in its name that PostgreSQL's tools can't take: one of \" $ ` \\ or a control character"
                            .formatted(UNSPEAKABLE.matcher(path.toString()).replaceAll("?")));
        }
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new EmbeddedDatabaseException("%s can't be a data directory, since it is a file".formatted(path));
        }
        return Files.isDirectory(path)
                ? path.toRealPath()
                : Files.createDirectories(path, OWNER_ONLY).toRealPath();
    }

    private static boolean hasStrangersIn(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString())
                    // Every new ext4 disk has the one; a directory that is under version control, the other.
                    .anyMatch(name -> !name.equals("lost+found")
                            && !name.equals(INCIDENTS)
                            && !name.startsWith(".git")
                            && !name.startsWith(EPHEMERAL));
        }
    }

    private static DataDirectory claim(Path real, Kind kind) throws IOException, EmbeddedDatabaseException {
        Optional<DataDirectory> claimed = tryClaim(real, kind);
        if (claimed.isEmpty()) {
            throw new EmbeddedDatabaseException(
                    "The data directory %s is in use by another server (pid %s); stop that one, or choose another data directory"
                            .formatted(real, holder(real, kind)));
        }
        return claimed.get();
    }

    private static Optional<DataDirectory> tryClaim(Path real, Kind kind) throws IOException {
        if (!HELD.add(real)) {
            return Optional.empty();
        }
        FileChannel channel = null;
        boolean claimed = false;
        try {
            channel = FileChannel.open(
                    real.resolve(kind.lock),
                    Set.of(CREATE, READ, WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            if (channel.tryLock() == null) {
                return Optional.empty();
            }
            channel.truncate(0).write(ByteBuffer.wrap(ownPid().getBytes(UTF_8)));
            claimed = true;
            return Optional.of(new DataDirectory(real, kind, channel));
        } finally {
            if (!claimed) {
                HELD.remove(real);
                if (channel != null) {
                    channel.close();
                }
            }
        }
    }

    private static String ownPid() {
        return Long.toString(ProcessHandle.current().pid());
    }

    /** The pid of whoever has or last had the lock; empty if nobody ever had. */
    private static String holder(Path real, Kind kind) throws IOException {
        if (HELD.contains(real)) {
            return ownPid();
        }
        Path lock = real.resolve(kind.lock);
        return Files.exists(lock) ? Files.readString(lock) : "";
    }
}
