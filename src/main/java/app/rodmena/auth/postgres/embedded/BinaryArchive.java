package app.rodmena.auth.postgres.embedded;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.io.FileUtils;
import org.tukaani.xz.XZInputStream;

/**
 * The archive of PostgreSQL's binaries for this machine, on the class path.
 *
 * @param key a name that is unique for the archive's content
 */
record BinaryArchive(URL resource, String key) {
    private static final int OWNER_EXECUTES = 0100;

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
        // The CRC in the jar's index. A hash of the 15 MB would double the time of a warm start, and would not protect
        // against an attacker, who could change the jar itself.
        return resource.openConnection() instanceof JarURLConnection jar
                ? new BinaryArchive(
                        resource,
                        String.format(
                                Locale.ROOT, "%s-%08x", name, jar.getJarEntry().getCrc()))
                : new BinaryArchive(resource, name);
    }

    /**
     * Returns the directory of the unpacked archive below {@code cache}; unpacks it if it is missing. Safe if several
     * processes do so at the same time or are killed: a directory gets its final name when it is complete and synced.
     */
    Path unpackInto(Path cache) throws IOException {
        Path home = cache.resolve(key);
        if (Files.isDirectory(home)) {
            return home;
        }
        Path partial = Files.createTempDirectory(cache, "unpacking-");
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

    /** Syncs all files; otherwise, after a power failure, the directory could exist without its content. */
    private static void syncAll(Path directory) throws IOException {
        try (Stream<Path> entries = Files.walk(directory)) {
            for (Path entry : (Iterable<Path>) entries.filter(path -> !Files.isSymbolicLink(path))::iterator) {
                sync(entry);
            }
        }
    }

    private static void sync(Path path) throws IOException {
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
