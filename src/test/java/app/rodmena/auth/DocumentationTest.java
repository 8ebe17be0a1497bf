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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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
        Matcher block = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(readme());
        List<String> sources = new ArrayList<>();
        while (block.find()) {
            String name = "Embedding" + sources.size();
            sources.add(Files.writeString(directory.resolve(name + ".java"), aClass(name, block.group(1)))
                    .toString());
        }
        assertThat(sources).hasSizeGreaterThan(1);
        ByteArrayOutputStream complaints = new ByteArrayOutputStream();
        List<String> arguments = new ArrayList<>(List.of("-proc:none", "-cp", System.getProperty("java.class.path")));
        arguments.addAll(sources);

        int code = ToolProvider.getSystemJavaCompiler()
                .run(null, complaints, complaints, arguments.toArray(String[]::new));

        assertThat(code).as(complaints.toString(UTF_8)).isZero();
    }

    private static String aClass(String name, String snippet) {
        Map<Boolean, String> lines = snippet.lines()
                .collect(Collectors.partitioningBy(line -> line.startsWith("import "), Collectors.joining("\n")));
        return "%s\nclass %s { void run() throws Exception {\n%s\n} }\n"
                .formatted(lines.get(true), name, lines.get(false));
    }

    private static String readme() throws IOException {
        return Files.readString(Path.of("README.md"));
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
        Matcher block = Pattern.compile("```sql\n(.*?)```", Pattern.DOTALL).matcher(readme());
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
