package app.rodmena.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

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

    private static String row(Setting setting) {
        return "| `%s` | `%s` | %s | %s |"
                .formatted(
                        setting.flag(),
                        setting.variable(),
                        setting.fallback().map("`%s`"::formatted).orElse(""),
                        setting.meaning());
    }
}
