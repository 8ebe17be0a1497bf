package app.rodmena.auth.postgres.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.io.FileUtils;
import org.tukaani.xz.XZInputStream;

/** Runs PostgreSQL's programs, which are unpacked once per user. Immutable. */
final class PostgresBinaries {
    /**
     * The archive of PostgreSQL's binaries for this machine, on the class path.
     *
     * @param key a name that is unique for the archive's content
     */
    record BinaryArchive(URL resource, String key) {
        private static final int OWNER_EXECUTES = 0100;
        private static final String UNPACKING = "unpacking-";

        /** Finds the archive for this operating system and processor, by zonky's naming scheme. */
        static BinaryArchive forThisMachine() throws IOException, EmbeddedDatabaseException {
            String system = System.getProperty("os.name").startsWith("Mac") ? "darwin" : System.getProperty("os.name");
            String processor = switch (System.getProperty("os.arch")) {
                case "amd64", "x86_64" -> "x86_64";
                case "aarch64" -> "arm_64";
                default -> System.getProperty("os.arch");
            };
            String name = "postgres-%s-%s".formatted(system, processor).toLowerCase(Locale.ROOT);
            // Alpine has another C library (musl) and needs other binaries; both archives may be present.
            boolean alpine = Files.exists(Path.of("/etc/alpine-release"));
            URL resource = (alpine ? Stream.of(name + "-alpine_linux", name) : Stream.of(name))
                    .map(candidate -> BinaryArchive.class.getResource("/" + candidate + ".txz"))
                    .filter(url -> url != null)
                    .findFirst()
                    .orElseThrow(() -> new EmbeddedDatabaseException(
                            "This build contains no PostgreSQL for %s on %s; build it on such a machine, or set --database-url"
                                    .formatted(System.getProperty("os.name"), System.getProperty("os.arch"))));
            // The CRC in the jar's index. A hash of the 15 MB would double the time of a warm start, and would be no
            // protection against an attacker, who could change the jar itself.
            return resource.openConnection() instanceof JarURLConnection jar
                    ? new BinaryArchive(
                            resource,
                            String.format(
                                    Locale.ROOT,
                                    "%s-%08x",
                                    name,
                                    jar.getJarEntry().getCrc()))
                    : new BinaryArchive(resource, name);
        }

        /**
         * Returns the directory of the unpacked archive below {@code cache}; unpacks it if it is missing. Safe if
         * several processes do so at the same time or are killed: a directory gets its final name when it is complete
         * and synced.
         */
        Path unpackInto(Path cache) throws IOException {
            Path home = cache.resolve(key);
            deleteAbandoned(cache);
            if (Files.isDirectory(home)) {
                return home;
            }
            Path partial = Files.createTempDirectory(cache, UNPACKING);
            try {
                unpackTo(partial);
                syncAll(partial);
                Files.move(partial, home, ATOMIC_MOVE);
                sync(cache);
            } catch (IOException e) {
                if (!Files.isDirectory(home)) {
                    throw e;
                }
                // Another process has unpacked the same archive in the meantime.
            } finally {
                FileUtils.deleteQuietly(partial.toFile());
            }
            return home;
        }

        /** Deletes what killed processes have left: unpacking takes seconds. */
        private static void deleteAbandoned(Path cache) throws IOException {
            long hourAgo = System.currentTimeMillis() - Duration.ofHours(1).toMillis();
            try (Stream<Path> entries = Files.list(cache)) {
                entries.filter(entry -> entry.getFileName().toString().startsWith(UNPACKING))
                        .map(Path::toFile)
                        .filter(entry -> entry.lastModified() < hourAgo)
                        .forEach(FileUtils::deleteQuietly);
            }
        }

        /** Syncs all files; otherwise, after a power failure, the directory could exist without its content. */
        private static void syncAll(Path directory) throws IOException {
            try (Stream<Path> entries = Files.walk(directory)) {
                for (Path entry : (Iterable<Path>) entries.filter(path -> !Files.isSymbolicLink(path))::iterator) {
                    sync(entry);
                }
            }
        }

        static void sync(Path path) throws IOException {
            try (FileChannel channel = FileChannel.open(path)) {
                channel.force(true);
            }
        }

        private void unpackTo(Path directory) throws IOException {
            try (InputStream compressed = resource.openStream();
                    TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(compressed))) {
                for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                    Path path = directory.resolve(entry.getName()).normalize();
                    if (!path.startsWith(directory)) {
                        throw new IOException(
                                "archive entry %s is outside of the target directory".formatted(entry.getName()));
                    }
                    if (entry.isDirectory()) {
                        Files.createDirectories(path);
                    } else if (entry.isSymbolicLink()) {
                        Files.createDirectories(path.getParent());
                        Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
                    } else {
                        Files.createDirectories(path.getParent());
                        Files.copy(tar, path);
                        boolean program = (entry.getMode() & OWNER_EXECUTES) != 0;
                        Files.setPosixFilePermissions(
                                path, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
                    }
                }
            }
        }
    }

    private static final String CACHE = ".cache/auth-postgresql";

    /** Runs a program in a user namespace, where its user is not root; its files still belong to this user. */
    private static final List<String> USER_NAMESPACE_COMMAND = List.of("unshare", "-U");

    private final Path home;
    private final List<String> commandPrefix;
    final String version;

    private PostgresBinaries(Path home, List<String> commandPrefix) throws IOException, EmbeddedDatabaseException {
        this.home = home;
        this.commandPrefix = commandPrefix;
        Outcome versionOutcome = run("postgres", "--version");
        if (versionOutcome.exitCode() != 0) {
            throw new EmbeddedDatabaseException(
                    commandPrefix.isEmpty()
                            ? "PostgreSQL does not run on this machine (%s); if it did before, remove %s, so that it is unpacked again"
                                    .formatted(versionOutcome.output().strip(), home)
                            : "PostgreSQL refuses to run as root, and this machine permits no user namespace for it (%s); start as an ordinary user, or set --database-url"
                                    .formatted(versionOutcome.output().strip()));
        }
        // "postgres (PostgreSQL) 18.6"
        version = versionOutcome.output().strip().replaceFirst("^.* ", "");
    }

    /** Unpacks the programs into the user's cache directory, or into {@code directory} if that is missing or unsafe. */
    static PostgresBinaries unpack(BinaryArchive archive, Path directory)
            throws IOException, EmbeddedDatabaseException {
        int uid = uidOfThisProcess(directory);
        Path home = archive.unpackInto(cacheDirectory(directory, uid));
        // PostgreSQL refuses to run as root; in a user namespace, its user id does not appear as root.
        return new PostgresBinaries(home, uid == 0 ? USER_NAMESPACE_COMMAND : List.of());
    }

    /** The owner of a new file; the JDK's own value is 0 for a user without an entry in /etc/passwd. */
    private static int uidOfThisProcess(Path directory) throws IOException {
        Path file = Files.createTempFile(directory, "uid-", "");
        try {
            return (int) Files.getAttribute(file, "unix:uid");
        } finally {
            Files.delete(file);
        }
    }

    /** The major version, which determines the format of data directories. */
    String majorVersion() {
        return version.replaceFirst("\\D.*", "");
    }

    /** Runs a program and waits for its end, also if the thread is interrupted, since a stop must be completed. */
    Outcome run(String program, String... arguments) throws IOException {
        return outcomeOf(launch(program, arguments));
    }

    /**
     * Runs initdb, the only program that requires the name of its user. If the user id has no entry in /etc/passwd (for
     * example in a container with an arbitrary user id), it runs as another user, if the system permits that.
     */
    Outcome initdb(String... arguments) throws IOException {
        Outcome outcome = run("initdb", arguments);
        if (outcome.exitCode() == 0
                || StartupFailureMessage.unknownUser(outcome.output()).isEmpty()) {
            return outcome;
        }
        Outcome second = outcomeOf(launch(USER_NAMESPACE_COMMAND, "initdb", arguments));
        return second.exitCode() == 0 ? second : outcome;
    }

    /** Waits for a program's end, and returns its output and exit code. */
    static Outcome outcomeOf(Process process) throws IOException {
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        return new Outcome(process.onExit().join().exitValue(), output);
    }

    Process launch(String program, String... arguments) throws IOException {
        return launch(commandPrefix, program, arguments);
    }

    private Process launch(List<String> commandPrefix, String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(commandPrefix);
        command.add(home.resolve("bin").resolve(program).toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        // Environment variables for other PostgreSQL servers must not apply, and StartupFailureMessage parses English.
        builder.environment().keySet().removeIf(name -> name.startsWith("PG") || name.startsWith("LC_"));
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }

    record Outcome(int exitCode, String output) {}

    /** The directory for programs. Other users must not be able to write to it, so it is never in /tmp. */
    private static Path cacheDirectory(Path directory, int uid) throws IOException {
        Path cache = Path.of(System.getProperty("user.home")).resolve(CACHE);
        if (cache.isAbsolute()) {
            try {
                return privateDirectory(cache, uid);
            } catch (IOException e) {
                // The home directory of a service user often does not exist or belongs to another user.
            }
        }
        return privateDirectory(directory.resolve("binaries"), uid);
    }

    private static Path privateDirectory(Path path, int uid) throws IOException {
        Files.createDirectories(path, DataDirectory.OWNER_ONLY);
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS);
        if (permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)
                || !Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS)
                        .equals(uid)) {
            throw new IOException("%s is writable by other users".formatted(path));
        }
        return path;
    }
}
