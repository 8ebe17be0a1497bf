package app.rodmena.auth.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.cli.Main;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;

/**
 * Command lines of the JVMs that tests start. They start in a third of the CPU time: without the optimizing compiler,
 * and with an archive of loaded classes (class data sharing), which the first test of a build creates.
 */
public final class ChildJvm {
    private static final List<String> QUICK_START =
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xlog:cds=off", "-Xlog:cds+dynamic=off");

    private static final Path CLASSES = Path.of("target", "classes").toAbsolutePath();

    private ChildJvm() {}

    /** The command that runs a main class of this test's class path. */
    public static List<String> command(List<String> jvmOptions, Class<?> main, String... arguments) {
        List<String> options = new ArrayList<>(jvmOptions);
        options.add("-XX:SharedArchiveFile=" + Archive.FILE);
        return command(options, Archive.CLASS_PATH + File.pathSeparator + directories(), main, arguments);
    }

    private static List<String> command(List<String> jvmOptions, String classPath, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(Program.java()));
        command.addAll(QUICK_START);
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", classPath, main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    private static Stream<String> classPath(Predicate<Path> selected) {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> selected.test(Path.of(entry)));
    }

    private static String directories() {
        return classPath(entry ->
                        Files.isDirectory(entry) && !entry.toAbsolutePath().equals(CLASSES))
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Made once for all forks. An archive contains only classes from jars, so that the classes are packed into one. */
    private static final class Archive {
        private static final Path DIRECTORY = Path.of("target", "child-jvm").toAbsolutePath();

        static final Path FILE;
        static final String CLASS_PATH;

        static {
            try {
                String version = version();
                Path jar = DIRECTORY.resolve(version + ".jar");
                FILE = DIRECTORY.resolve(version + ".jsa");
                CLASS_PATH = Stream.concat(Stream.of(jar.toString()), classPath(Files::isRegularFile))
                        .collect(Collectors.joining(File.pathSeparator));
                Files.createDirectories(DIRECTORY);
                try (FileChannel file = FileChannel.open(
                                DIRECTORY.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                        var lock = file.lock()) {
                    if (lock.isValid() && Files.notExists(FILE)) {
                        pack(jar);
                        archive();
                    }
                }
            } catch (Exception e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        /** Changes with each class file, and with the JVM. */
        private static String version() throws IOException {
            try (Stream<Path> files = Files.walk(CLASSES)) {
                String state = files.sorted()
                        .map(Archive::state)
                        .collect(Collectors.joining("\n", Runtime.version() + "\n", ""));
                return UUID.nameUUIDFromBytes(state.getBytes(UTF_8)).toString();
            }
        }

        private static String state(Path file) {
            try {
                return file + " " + Files.size(file) + " " + Files.getLastModifiedTime(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void pack(Path jar) throws IOException {
            try (Stream<Path> former = Files.list(DIRECTORY)) {
                former.filter(file -> !file.endsWith("lock")).map(Path::toFile).forEach(FileUtils::deleteQuietly);
            }
            int code = ToolProvider.findFirst("jar")
                    .orElseThrow()
                    .run(
                            System.out,
                            System.err,
                            "--create",
                            "--no-compress",
                            "--file",
                            jar.toString(),
                            "-C",
                            CLASSES.toString(),
                            ".");
            assertThat(code).isZero();
        }

        private static void archive() throws Exception {
            Path work = Files.createTempDirectory(DIRECTORY, "archive");
            Path file = work.resolve("classes.jsa");
            try (AuthProcess server = AuthProcess.start(
                            work,
                            AuthProcess.ALL_LISTENERS,
                            command(
                                    List.of("-XX:ArchiveClassesAtExit=" + file),
                                    CLASS_PATH,
                                    Main.class,
                                    "--port=0",
                                    "--database-url="
                                            + TestPostgres.freshDatabase().jdbcUrl() + "?user=postgres"))
                    .awaitStart()) {
                String key = UUID.randomUUID().toString();
                assertThat(server.ask("POST", "/api/role/editors", key).join().statusCode())
                        .isEqualTo(200);
                assertThat(server.ask("GET", "/api/roles", key).join().statusCode())
                        .isEqualTo(200);
                server.terminate();
                assertThat(server.awaitEnd()).as(server.err()).isZero();
            }
            Files.move(file, FILE, StandardCopyOption.ATOMIC_MOVE);
            FileUtils.deleteQuietly(work.toFile());
        }
    }
}
