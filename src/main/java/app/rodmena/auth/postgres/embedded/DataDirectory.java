package app.rodmena.auth.postgres.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
 * A data directory, locked for this object while it is open, so that no two servers use it at the same time.
 *
 * <p>The lock is an operating system's lock on a file that is never deleted. It ends when the process ends for any
 * reason, and requires no cleanup.
 */
record DataDirectory(Path path, Kind kind, FileChannel lock) implements AutoCloseable {
    static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private static final String EPHEMERAL = "ephemeral-";

    /** Written by servers with an external PostgreSQL, which have the same default directory. */
    private static final String INCIDENTS = "incidents";

    /** Unsupported by pg_ctl, which passes the path through a shell, or by postmaster.pid, which consists of lines. */
    private static final Pattern UNSUPPORTED_PATH_CHARACTERS = Pattern.compile("[\"$`\\\\\\p{Cntrl}]");

    /**
     * The directories that this process has locked. The operating system's lock belongs to the process: opening and
     * closing the file a second time would release it.
     */
    private static final Set<Path> LOCKED = ConcurrentHashMap.newKeySet();

    /**
     * Whether the data is kept. The lock file determines it, not the directory's name: a persistent directory may have
     * any name.
     */
    private enum Kind {
        PERSISTENT("server.lock"),
        EPHEMERAL("ephemeral.lock");

        private final String lock;

        Kind(String lock) {
            this.lock = lock;
        }
    }

    /** Locks {@code path}, which is created if missing; fails if it is in use or contains other files. */
    static DataDirectory claim(Path path) throws IOException, EmbeddedDatabaseException {
        Path real = create(path);
        if (Files.notExists(real.resolve(Kind.PERSISTENT.lock)) && hasOtherFiles(real)) {
            throw new EmbeddedDatabaseException(
                    "The data directory %s is not empty and contains files of other programs; choose an empty or a new one"
                            .formatted(path));
        }
        return claim(real, Kind.PERSISTENT);
    }

    /** Creates and locks a new directory below {@code parent}, which is deleted when it is closed. */
    static DataDirectory lockNewBelow(Path parent) throws IOException, EmbeddedDatabaseException {
        return claim(Files.createTempDirectory(create(parent), EPHEMERAL), Kind.EPHEMERAL);
    }

    /** Locks the directories below {@code parent} that killed ephemeral servers have left. */
    static List<DataDirectory> lockAbandonedBelow(Path parent) throws IOException {
        List<DataDirectory> abandoned = new ArrayList<>();
        try (Stream<Path> entries = Files.list(parent)) {
            for (Path entry : (Iterable<Path>) entries::iterator) {
                if (entry.getFileName().toString().startsWith(EPHEMERAL) && Files.isDirectory(entry, NOFOLLOW_LINKS)) {
                    lockIfAbandoned(entry).ifPresent(abandoned::add);
                }
            }
        }
        return abandoned;
    }

    /** Locks an ephemeral directory, unless its server runs or is deleting it. */
    static Optional<DataDirectory> lockIfAbandoned(Path directory) throws IOException {
        try {
            Path real = directory.toRealPath();
            // An owner writes its pid once it has the lock: without a pid, the directory is new, not abandoned.
            return ownerPid(real, Kind.EPHEMERAL).isEmpty() ? Optional.empty() : tryLock(real, Kind.EPHEMERAL);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

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

    /** PostgreSQL's log of the previous start, which may show why it was restarted. */
    Path previousLog() {
        return path.resolve("postgresql.log.1");
    }

    Path passwords() {
        return path.resolve("pgpass");
    }

    /** Whether the directory is deleted when it is closed. */
    boolean isEphemeral() {
        return kind == Kind.EPHEMERAL;
    }

    /** Unlocks the directory; deletes it if it is ephemeral. */
    @Override
    public void close() throws IOException {
        try (lock) {
            if (isEphemeral()) {
                FileUtils.deleteDirectory(path.toFile());
            }
        } finally {
            LOCKED.remove(path);
        }
    }

    private static Path create(Path path) throws IOException, EmbeddedDatabaseException {
        if (UNSUPPORTED_PATH_CHARACTERS.matcher(path.toString()).find()) {
            throw new EmbeddedDatabaseException(
                    "The path of the data directory '%s' must not contain \" $ ` \\ or control characters, which PostgreSQL's tools do not support"
                            .formatted(UNSUPPORTED_PATH_CHARACTERS
                                    .matcher(path.toString())
                                    .replaceAll("?")));
        }
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new EmbeddedDatabaseException(
                    "The data directory %s is a file; it must be a directory".formatted(path));
        }
        return Files.isDirectory(path)
                ? path.toRealPath()
                : Files.createDirectories(path, OWNER_ONLY).toRealPath();
    }

    private static boolean hasOtherFiles(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString())
                    // New ext4 file systems have lost+found; directories under version control have .git files.
                    .anyMatch(name -> !name.equals("lost+found")
                            && !name.equals(INCIDENTS)
                            && !name.startsWith(".git")
                            && !name.startsWith(EPHEMERAL));
        }
    }

    private static DataDirectory claim(Path real, Kind kind) throws IOException, EmbeddedDatabaseException {
        Optional<DataDirectory> locked = tryLock(real, kind);
        if (locked.isEmpty()) {
            throw new EmbeddedDatabaseException(
                    "The data directory %s is in use by another server (pid %s); stop that one, or choose another data directory"
                            .formatted(real, ownerPid(real, kind)));
        }
        return locked.get();
    }

    private static Optional<DataDirectory> tryLock(Path real, Kind kind) throws IOException {
        if (!LOCKED.add(real)) {
            return Optional.empty();
        }
        FileChannel channel = null;
        boolean locked = false;
        try {
            channel = FileChannel.open(
                    real.resolve(kind.lock),
                    Set.of(CREATE, READ, WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            if (channel.tryLock() == null) {
                return Optional.empty();
            }
            channel.truncate(0).write(ByteBuffer.wrap(ownPid().getBytes(UTF_8)));
            locked = true;
            return Optional.of(new DataDirectory(real, kind, channel));
        } finally {
            if (!locked) {
                LOCKED.remove(real);
                if (channel != null) {
                    channel.close();
                }
            }
        }
    }

    private static String ownPid() {
        return Long.toString(ProcessHandle.current().pid());
    }

    /** The pid of the process that has or last had the lock; empty if there was none. */
    private static String ownerPid(Path real, Kind kind) throws IOException {
        if (LOCKED.contains(real)) {
            return ownPid();
        }
        Path lock = real.resolve(kind.lock);
        return Files.exists(lock) ? Files.readString(lock) : "";
    }
}
