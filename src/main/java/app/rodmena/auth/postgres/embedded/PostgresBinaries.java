package app.rodmena.auth.postgres.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Runs PostgreSQL's programs, which are unpacked once per user. Immutable. */
final class PostgresBinaries {
    private static final String CACHE = ".cache/auth-postgresql";

    /** Runs a program in a user namespace, where its user appears to be nobody; its files still belong to this user. */
    private static final List<String> USER_NAMESPACE_COMMAND = List.of("unshare", "-U");

    private final Path home;
    private final List<String> commandPrefix;
    private final String version;

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

    String version() {
        return version;
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
     * example in a container with an arbitrary user id), it runs as the user nobody, if the system permits that.
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
