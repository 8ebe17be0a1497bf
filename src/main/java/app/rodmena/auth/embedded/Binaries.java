package app.rodmena.auth.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The programs of PostgreSQL, unpacked once per user, and how they are run. */
final class Binaries {
    private static final String CACHE = ".cache/auth-postgresql";

    /** Runs a program as the user nobody, as it appears to that program; its files are still this process's user's. */
    private static final List<String> OTHER_USER = List.of("unshare", "-U");

    private final Path home;
    private final List<String> runner;
    private final String version;

    private Binaries(Path home, List<String> runner) throws IOException, EmbeddedDatabaseException {
        this.home = home;
        this.runner = runner;
        Outcome said = run("postgres", "--version");
        if (said.exitCode() != 0) {
            throw new EmbeddedDatabaseException(
                    runner.isEmpty()
                            ? "PostgreSQL does not run on this machine (%s); if it did before, remove %s to have it unpacked again"
                                    .formatted(said.output().strip(), home)
                            : "PostgreSQL refuses to run as root, and this machine does not let root start it as anyone else (%s); start as an ordinary user, or name a database with --database-url"
                                    .formatted(said.output().strip()));
        }
        // "postgres (PostgreSQL) 18.6"
        version = said.output().strip().replaceFirst("^.* ", "");
    }

    /** The programs, unpacked into the user's cache, or into {@code directory} where the user has no safe one. */
    static Binaries unpack(Archive archive, Path directory) throws IOException, EmbeddedDatabaseException {
        int uid = uidOfThisProcess(directory);
        Path home = archive.unpackedIn(cacheOr(directory, uid));
        // PostgreSQL refuses to run as root. In a user namespace of its own it does not see that it is.
        return new Binaries(home, uid == 0 ? OTHER_USER : List.of());
    }

    /** The owner of a new file: what the JDK says instead is 0 where the user has no entry in /etc/passwd. */
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

    /** The part of the version that data directories depend on. */
    String majorVersion() {
        return version.replaceFirst("\\D.*", "");
    }

    /** Runs one of the programs to its end, which an interrupt does not hasten: half a stop is none. */
    Outcome run(String program, String... arguments) throws IOException {
        return outcomeOf(launch(program, arguments));
    }

    /**
     * Runs initdb, the one program that needs the name of its user. Where the user id has no entry in /etc/passwd, as
     * in a container with an arbitrary one, it runs as the user nobody if the system permits that.
     */
    Outcome initdb(String... arguments) throws IOException {
        Outcome outcome = run("initdb", arguments);
        if (outcome.exitCode() == 0 || Complaint.unknownUser(outcome.output()).isEmpty()) {
            return outcome;
        }
        Outcome second = outcomeOf(launch(OTHER_USER, "initdb", arguments));
        return second.exitCode() == 0 ? second : outcome;
    }

    /** What a program says and ends with, once it does. */
    static Outcome outcomeOf(Process process) throws IOException {
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        return new Outcome(process.onExit().join().exitValue(), output);
    }

    /** Starts one of the programs. */
    Process launch(String program, String... arguments) throws IOException {
        return launch(runner, program, arguments);
    }

    private Process launch(List<String> runner, String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(runner);
        command.add(home.resolve("bin").resolve(program).toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        // Settings meant for others' servers and clients must not reach ours, and Complaint reads English.
        builder.environment().keySet().removeIf(name -> name.startsWith("PG") || name.startsWith("LC_"));
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }

    /** What a program ended with, and everything it said. */
    record Outcome(int exitCode, String output) {}

    /**
     * Programs are run from here: nobody else may be able to put one there. So never a shared, guessable place in /tmp.
     */
    private static Path cacheOr(Path directory, int uid) throws IOException {
        Path cache = Path.of(System.getProperty("user.home")).resolve(CACHE);
        if (cache.isAbsolute()) {
            try {
                return privateDirectory(cache, uid);
            } catch (IOException e) {
                // A service user often has a home directory that is not there, or not its own.
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
            throw new IOException("others may write to %s".formatted(path));
        }
        return path;
    }
}
