package app.rodmena.auth.boards;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.boards.BoardFiles.Found;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is written anywhere in jmx-dashboards is there. What is peculiar to a kind of file, its own test looks up. */
class EveryNameTest extends OnLiveServer {
    private static final Pattern OBJECT_NAME =
            Pattern.compile("\\b(?:app\\.rodmena\\.auth|com\\.zaxxer\\.hikari|java\\.lang|metrics):[\\w=,*.-]+");
    private static final Pattern PATH = Pattern.compile("jmx-dashboards/[\\w./-]+[\\w]");
    private static final Pattern LITERAL = Pattern.compile("\"(\\w+)\"");

    @Test
    void everyMBeanThatIsNamedExists() throws Exception {
        int names = 0;
        for (Path file : BoardFiles.all()) {
            for (Found name : BoardFiles.find(file, OBJECT_NAME)) {
                Beans.assertBean(name.place(), name.group(0));
                names++;
            }
        }
        assertThat(names).isGreaterThan(50);
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
        for (Path file : BoardFiles.all()) {
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
