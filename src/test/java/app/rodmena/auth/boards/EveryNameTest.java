package app.rodmena.auth.boards;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.boards.BoardFiles.Found;
import app.rodmena.auth.testing.Documentation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Names written in jmx-dashboards and in the documents exist. Names specific to a kind of file have their own test. */
class EveryNameTest extends OnLiveServer {
    private static final Pattern OBJECT_NAME =
            Pattern.compile("\\b(?:app\\.rodmena\\.auth|com\\.zaxxer\\.hikari|java\\.lang|metrics):[\\w=,*.-]+");
    private static final Pattern PATH = Pattern.compile("jmx-dashboards/[\\w./-]+[\\w]");
    private static final Pattern LITERAL = Pattern.compile("\"(\\w+)\"");

    @Test
    void everyMBeanThatIsNamedExists() throws Exception {
        int names = 0;
        for (Path file : boardsAndDocuments()) {
            for (Found name : BoardFiles.find(file, OBJECT_NAME)) {
                Beans.assertBean(name.place(), name.group(0));
                names++;
            }
        }
        assertThat(names).isGreaterThan(60);
    }

    private static Set<Path> boardsAndDocuments() throws IOException {
        Set<Path> files = new TreeSet<>(BoardFiles.all());
        files.addAll(Documentation.all());
        return files;
    }

    @Test
    void theTabForJConsoleAsksForNothingThatIsNotThere() throws Throwable {
        Path reading = BoardFiles.file("jconsole-plugin/java/app/rodmena/auth/jconsole/PoolReading.java");
        Set<String> words = new TreeSet<>();
        server.whileExhausted(() -> {
            words.addAll(Beans.words("app.rodmena.auth:type=Pool,name=auth"));
            words.addAll(Beans.words("app.rodmena.auth:type=Diagnosis"));
        });

        List<Found> literals = BoardFiles.find(reading, LITERAL);
        assertThat(literals).hasSizeGreaterThan(15);
        for (Found literal : literals) {
            assertThat(words).as("%s", literal.place()).contains(literal.group(1));
        }
    }

    @Test
    void everyFileThatIsNamedExists() throws Exception {
        for (Path file : boardsAndDocuments()) {
            for (Found path : BoardFiles.find(file, PATH)) {
                assertThat(Path.of(path.group(0))).as("%s", path.place()).exists();
            }
        }
    }

    @Test
    void theReadmeTellsOfEveryDirectory() throws Exception {
        String readme = Files.readString(BoardFiles.file("README.md"));
        try (Stream<Path> entries = Files.list(BoardFiles.DIRECTORY)) {
            assertThat(entries.filter(Files::isDirectory)
                            .map(entry -> entry.getFileName().toString()))
                    .allSatisfy(name -> assertThat(readme).contains(name));
        }
    }
}
