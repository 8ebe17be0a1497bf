package app.rodmena.auth.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.settings.Setting;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OperatorCommandTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("operators");
    }

    @Test
    void operatorsAreAddedListedAndRemovedInTheFileThatTheVariableSelects() throws Exception {
        assertThat(run("add alice --role control")).contains("alice is a new operator of role control");
        assertThat(Files.readString(file)).contains("alice:control:").doesNotContain("the password");
        assertThat(run("add --role=monitor bob")).contains("bob is a new operator of role monitor");
        assertThat(run("list")).isEqualTo("alice control%nbob monitor%n".formatted());
        assertThat(run("remove alice")).contains("alice is removed");
        assertThat(run("list")).isEqualTo("bob monitor%n".formatted());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h", "add --help"})
    void helpListsTheOption(String words) {
        assertThat(run(words)).contains("--operators");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "add",
                "add alice",
                "add alice bob --role control",
                "add alice --role",
                "add alice --role root",
                "add a:b --role control",
                "remove",
                "remove nobody",
                "list --role control",
                "dance alice"
            })
    void anInvalidCommandChangesNothing(String words) {
        assertThat(run(words)).startsWith("auth: ").hasLineCount(1);
        assertThat(file).doesNotExist();
    }

    private String run(String words) {
        out.reset();
        PrintStream stream = new PrintStream(out, true, UTF_8);
        new Main(stream, stream, new ProcessLifecycle(), name -> "the password of " + name)
                .run(("operator " + words).strip().split(" "), Map.of(Setting.OPERATORS.variable(), file.toString()));
        return out.toString(UTF_8);
    }
}
