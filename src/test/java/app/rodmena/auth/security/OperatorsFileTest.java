package app.rodmena.auth.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import app.rodmena.auth.testing.TestOperators;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OperatorsFileTest {
    private static final String LINE =
            "alice:control:pbkdf2-sha512$1000$%s$%s=".formatted("A".repeat(22), "A".repeat(43));

    @TempDir
    Path directory;

    private Path path;
    private OperatorsFile file;

    @BeforeEach
    void setUp() {
        path = directory.resolve("operators");
        file = new OperatorsFile(path);
    }

    @Test
    void operatorsAreListedWithTheirRolesUntilRemoved() throws Exception {
        TestOperators.add(directory, "alice", OperatorRole.CONTROL, "alice's password");
        TestOperators.add(directory, "bob", OperatorRole.MONITOR, "bob's password");
        assertThat(file.put("bob", OperatorRole.CONTROL, "another password")).isFalse();
        assertThat(file.list()).isEqualTo(Map.of("alice", OperatorRole.CONTROL, "bob", OperatorRole.CONTROL));

        assertThat(file.remove("bob")).isTrue();
        assertThat(file.remove("bob")).isFalse();
        assertThat(file.list()).isEqualTo(Map.of("alice", OperatorRole.CONTROL));
    }

    @Test
    void theFileContainsSaltedHashesOnlyIsOwnerOnlyAndNoTemporaryFileRemains() throws Exception {
        assertThat(file.put("alice", OperatorRole.CONTROL, "correct horse")).isTrue();
        assertThat(file.put("bob", OperatorRole.CONTROL, "correct horse")).isTrue();

        assertThat(Files.readString(path)).doesNotContain("correct horse");
        assertThat(file.read().get("alice").password())
                .isNotEqualTo(file.read().get("bob").password());
        assertThat(file.read().get("alice").password().matches("correct horse")).isTrue();
        assertThat(file.read().get("alice").password().matches("correct horsf")).isFalse();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(path);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw-rw-rw-", "rwx------"})
    void aFileAccessibleByOthersIsRefused(String permissions) throws Exception {
        write(LINE, permissions);

        assertThatThrownBy(file::check)
                .isInstanceOf(OperatorsException.class)
                .hasMessageContaining("mode 600")
                .hasMessageContaining("chmod 600 '%s'", path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alice",
                "alice:control",
                "alice:root:x",
                "alice:control:password",
                "a b:control:x",
                "alice:control:pbkdf2-sha512$1$x$y"
            })
    void anInvalidLineIsRefusedByNumberAndNotEchoed(String line) throws Exception {
        write("# ours\n\n" + line, "rw-------");

        assertThatThrownBy(file::check)
                .isInstanceOf(OperatorsException.class)
                .hasMessageContaining("line 3: ")
                .message()
                .doesNotContain("alice", "password");
    }

    @ParameterizedTest
    @CsvSource({"20, false", "22, true", "24, true", "88, true", "90, false"})
    void aSaltHasSixteenBytesOrMore(int length, boolean isValid) {
        String hash = "pbkdf2-sha512$1000$%s$%s=".formatted("A".repeat(length), "A".repeat(43));

        assertThat(catchThrowable(() -> new PasswordHash(hash)) == null).isEqualTo(isValid);
    }

    @Test
    void aDuplicateNameIsRefused() throws Exception {
        write(LINE + "\n" + LINE, "rw-------");

        assertThatThrownBy(file::check).hasMessageContaining("line 2: ");
    }

    @Test
    void aMissingFileIsRefusedWithTheCommandThatCreatesIt() {
        assertThatThrownBy(file::check).hasMessageContaining("./run.sh operator add NAME --role monitor|control");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1234567"})
    void aTooShortPasswordIsRefused(String password) {
        assertThatThrownBy(() -> file.put("alice", OperatorRole.CONTROL, password))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(file.exists()).isFalse();
    }

    private void write(String text, String permissions) throws Exception {
        Files.writeString(path, text);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }
}
