package app.rodmena.auth.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.rodmena.auth.settings.Setting;
import app.rodmena.auth.settings.UsageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OperatorCommandTest {
    private final OperatorCommand command = new OperatorCommand(name -> "the password of " + name);

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("operators");
    }

    @Test
    void operatorsAreAddedListedAndRemoved() {
        assertThat(run("add alice --role control")).contains("alice is a new operator of role control");
        assertThat(run("add --role=monitor bob")).contains("bob is a new operator of role monitor");
        assertThat(run("list")).isEqualTo("alice control%nbob monitor%n".formatted());
        assertThat(run("remove alice")).contains("alice is no operator any more");
        assertThat(run("list")).isEqualTo("bob monitor%n".formatted());
    }

    @Test
    void theFileOfTheEnvironmentIsTheServers() throws Exception {
        command.run(
                List.of("add", "alice", "--role", "control"), Map.of(Setting.OPERATORS.variable(), file.toString()));

        assertThat(Files.readString(file)).contains("alice:control:").doesNotContain("the password");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h", "add --help"})
    void helpIsNoError(String words) {
        assertThat(run(words)).contains("add NAME --role monitor|control", "remove NAME", "list", "--operators FILE");
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
    void whatCanNotBeIsRefusedAndChangesNothing(String words) {
        assertThatThrownBy(() -> run(words)).isInstanceOf(UsageException.class);
        assertThat(file).doesNotExist();
    }

    private String run(String words) {
        List<String> arguments = words.isEmpty() ? List.of() : List.of(words.split(" ", -1));
        return command.run(arguments, Map.of(Setting.OPERATORS.variable(), file.toString()));
    }
}
