package app.rodmena.auth.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.testing.Program;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The unit for systemd. */
class SystemdTest {
    private static final Path UNIT = Path.of("src/deploy/systemd/auth.service").toAbsolutePath();

    /** 0 is a service without any access, 10 one without restrictions; "OK" is below 4.9. */
    private static final double MAX_EXPOSURE = 2.0;

    @TempDir
    Path directory;

    @Test
    void theUnitIsValid() throws Exception {
        assertThat(analyze("verify")).isBlank();
    }

    @Test
    void theServiceHasFewRights() throws Exception {
        String report = analyze("security", "--offline=true", "--no-pager");

        Matcher exposure =
                Pattern.compile("exposure level for auth\\.service: ([\\d.]+)").matcher(report);
        assertThat(exposure.find()).as(report).isTrue();
        assertThat(Double.parseDouble(exposure.group(1))).isLessThan(MAX_EXPOSURE);
    }

    private String analyze(String command, String... options) throws Exception {
        String program = Program.installed("/usr/bin/systemd-analyze", "systemd");
        // The unit names it.
        Program.installed("/usr/bin/java", "openjdk-17-jre-headless");
        List<String> words = new ArrayList<>(List.of(program, command));
        words.addAll(List.of(options));
        words.add(UNIT.toString());
        return Program.run(directory, "", words);
    }
}
