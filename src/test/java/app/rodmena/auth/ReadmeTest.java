package app.rodmena.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import app.rodmena.auth.testing.TestPostgres;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadmeTest {
    /** On a difference, what is printed as expected can be pasted into the README. */
    @Test
    void theTableOfSettingsIsTheOneOfTheProgram() throws IOException {
        List<String> table = Files.readAllLines(Path.of("README.md")).stream()
                .filter(line -> line.startsWith("| `--"))
                .toList();

        assertThat(String.join("\n", table))
                .isEqualTo(String.join(
                        "\n",
                        Arrays.stream(Setting.values()).map(ReadmeTest::row).toList()));
    }

    @Test
    void theJavaInItCompiles(@TempDir Path directory) throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        String snippet =
                readme.substring(readme.indexOf("```java\n") + 8, readme.indexOf("```", readme.indexOf("```java") + 3));
        String imports =
                snippet.lines().filter(line -> line.startsWith("import ")).collect(Collectors.joining("\n"));
        String body =
                snippet.lines().filter(line -> !line.startsWith("import ")).collect(Collectors.joining("\n"));
        Path source = Files.writeString(
                directory.resolve("Embedding.java"),
                "%s\nclass Embedding { void run() throws Exception {\n%s\n} }\n".formatted(imports, body));
        ByteArrayOutputStream complaints = new ByteArrayOutputStream();

        int code = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        complaints,
                        complaints,
                        "-proc:none",
                        "-cp",
                        System.getProperty("java.class.path"),
                        source.toString());

        assertThat(code).as(complaints.toString(UTF_8)).isZero();
    }

    private static String row(Setting setting) {
        return "| `%s` | `%s` | %s | %s |"
                .formatted(
                        setting.flag(),
                        setting.variable(),
                        setting.fallback().map("`%s`"::formatted).orElse(""),
                        setting.meaning());
    }

    @Test
    void theSqlInItRuns() throws Exception {
        String readme = Files.readString(Path.of("README.md"));
        Matcher block = Pattern.compile("```sql\n(.*?)```", Pattern.DOTALL).matcher(readme);
        assertThat(block.find()).isTrue();
        try (Connection connection = TestPostgres.superuser();
                var statement = connection.createStatement()) {
            for (String sql : block.group(1).split(";\n", -1)) {
                assertThatCode(() -> statement.execute(sql)).as(sql).doesNotThrowAnyException();
            }
            statement.execute("alter system reset log_min_duration_statement");
            statement.execute("select pg_reload_conf()");
        }
    }
}
