package app.rodmena.auth.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.Program;
import app.rodmena.auth.testing.TestPostgres;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server embedded in a Spring Boot application that has a log, a database and MBeans of its own. */
class SpringBootHostTest {
    @TempDir
    private Path directory;

    @Test
    void theApplicationKeepsItsLogItsTablesAndItsMBeans() throws Exception {
        DatabaseTarget own = TestPostgres.freshDatabase();
        DatabaseTarget ours = TestPostgres.freshDatabase();

        String output = Program.run(
                directory,
                "",
                List.of(
                        Program.java(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        classPath(),
                        "-Dspring.main.banner-mode=off",
                        "-Dlogging.pattern.console=HOST %logger %msg%n",
                        "-Dspring.jmx.enabled=true",
                        "-Dspring.datasource.url=" + own.jdbcUrl(),
                        "-Dspring.datasource.username=" + own.user(),
                        HostApplication.class.getName(),
                        ours.jdbcUrl() + "?user=" + ours.user()));

        assertThat(output.lines())
                .as(output)
                .contains("role created: 200", "tables: [flyway_schema_history]", "beans kept: true")
                .anyMatch(line -> line.startsWith("HOST auth.database "))
                // Xnio's one bean is there for as long as its classes are
                .contains("beans left: [org.xnio]")
                .allMatch(line -> line.matches("(HOST|role created:|tables:|beans).*"));
    }

    /** The application alone, Spring Boot with the versions it chooses, and the server; nothing else of the tests. */
    private String classPath() throws IOException {
        Path application = directory.resolve(HostApplication.class.getName().replace('.', '/') + ".class");
        Files.createDirectories(application.getParent());
        try (InputStream compiled = HostApplication.class.getResourceAsStream("HostApplication.class")) {
            Files.copy(compiled, application);
        }
        Stream<String> server = Arrays.stream(
                        System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.endsWith("test-classes") && !entry.contains("flyway"));
        Stream<String> host = Stream.of(
                        directory, Program.testTool("spring-boot").resolve("*"))
                .map(Path::toString);
        return Stream.concat(host, server).collect(Collectors.joining(File.pathSeparator));
    }
}
