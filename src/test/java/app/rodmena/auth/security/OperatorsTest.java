package app.rodmena.auth.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.testing.LogOf;
import app.rodmena.auth.testing.TestOperators;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperatorsTest {
    private static final String HERE = "127.0.0.1";
    private static final String PASSWORD = "correct horse";

    @TempDir
    Path directory;

    private OperatorsFile file;
    private Operators operators;

    @BeforeEach
    void open() throws Exception {
        file = TestOperators.add(directory, "alice", OperatorRole.CONTROL, PASSWORD);
        operators = Operators.of(file);
    }

    @AfterEach
    void close() {
        operators.close();
    }

    @Test
    void theCorrectPasswordGivesASessionWithTheRole() {
        assertThat(login(PASSWORD)).contains(new OperatorSession("alice", OperatorRole.CONTROL, HERE));
        assertThat(operators.isValid(new OperatorSession("alice", OperatorRole.CONTROL, HERE)))
                .isTrue();
        assertThat(operators.isValid(new OperatorSession("alice", OperatorRole.MONITOR, HERE)))
                .isFalse();
    }

    @Test
    void wrongPasswordsAndUnknownNamesAreAnsweredAfterASecond() {
        login(PASSWORD);
        long before = System.nanoTime();
        assertThat(login("wrong")).isEmpty();
        assertThat(operators.login("mallory", PASSWORD, HERE).join()).isEmpty();
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(Duration.ofSeconds(2));
    }

    @Test
    void attemptsFromOneAddressAreQueuedAndDelayNoOtherAddress() {
        List<CompletableFuture<Optional<OperatorSession>>> guesses = IntStream.range(0, 50)
                .mapToObj(i -> operators.login("alice", "guess " + i, "192.0.2.1"))
                .toList();

        assertThat(guesses.stream().filter(CompletableFuture::isDone).count()).isEqualTo(42);
        assertThat(login(PASSWORD)).isPresent();
        assertThat(guesses.stream().filter(CompletableFuture::isDone).count()).isLessThan(44);
    }

    @Test
    void aVerifiedPasswordDoesNotWait() {
        login(PASSWORD);
        List<CompletableFuture<Optional<OperatorSession>>> guesses = IntStream.range(0, 9)
                .mapToObj(i -> operators.login("alice", "guess " + i, HERE))
                .toList();

        assertThat(operators.login("alice", PASSWORD, HERE)).isCompleted();
        assertThat(guesses.get(0)).isNotCompleted();
    }

    @Test
    void aRemovedOperatorCannotLogIn() throws Exception {
        OperatorSession alice = login(PASSWORD).orElseThrow();
        file.remove("alice");

        await().until(() -> !operators.isValid(alice));
        assertThat(login(PASSWORD)).isEmpty();
    }

    @Test
    void aChangedPasswordInvalidatesSessionsAndTheOldPassword() throws Exception {
        OperatorSession alice = login(PASSWORD).orElseThrow();
        Path changed = Files.createDirectory(directory.resolve("changed"));
        OperatorsFile next = TestOperators.add(changed, "alice", OperatorRole.CONTROL, "another password");
        Files.move(next.path(), file.path(), StandardCopyOption.ATOMIC_MOVE);

        await().until(() -> !operators.isValid(alice));
        assertThat(login(PASSWORD)).isEmpty();
        assertThat(login("another password")).isPresent();
    }

    @Test
    void anInvalidFileIsRefusedAndThePreviousOperatorsStay() throws Exception {
        OperatorSession alice = login(PASSWORD).orElseThrow();
        try (LogOf log = LogOf.logger(Operators.class.getName())) {
            Files.writeString(file.path(), "alice:control");
            await().until(() ->
                    operators.isValid(alice) && log.lines().stream().anyMatch(line -> line.contains("line 1")));
            assertThat(login(PASSWORD)).isPresent();
        }
        Files.writeString(file.path(), "");
        await().until(() -> !operators.isValid(alice));
    }

    @Test
    void aFileIsReadAfterItsPermissionsAreCorrected() throws Exception {
        OperatorSession alice = login(PASSWORD).orElseThrow();
        try (LogOf log = LogOf.logger(Operators.class.getName())) {
            Files.setPosixFilePermissions(file.path(), PosixFilePermissions.fromString("rw-r--r--"));
            Files.writeString(file.path(), "");
            await().until(() ->
                    operators.isValid(alice) && log.lines().stream().anyMatch(line -> line.contains("mode 600")));
        }
        Files.setPosixFilePermissions(file.path(), PosixFilePermissions.fromString("rw-------"));
        await().until(() -> !operators.isValid(alice));
    }

    @Test
    void withoutAFileAllClientsMayReadOnly() {
        try (Operators anonymous = Operators.anonymous()) {
            assertThat(anonymous.isLoginRequired()).isFalse();
            assertThat(anonymous.login("alice", "x", HERE).join())
                    .contains(new OperatorSession("anonymous", OperatorRole.MONITOR, HERE));
            assertThat(anonymous.isValid(new OperatorSession("anonymous", OperatorRole.CONTROL, HERE)))
                    .isFalse();
        }
    }

    @Test
    void waitingAttemptsAreRefusedOnClose() {
        CompletableFuture<Optional<OperatorSession>> guess = operators.login("alice", "wrong", HERE);
        CompletableFuture<Optional<OperatorSession>> next = operators.login("alice", PASSWORD, HERE);
        operators.close();

        assertThat(guess.join()).isEmpty();
        assertThat(next.join()).isEmpty();
    }

    private Optional<OperatorSession> login(String password) {
        return operators.login("alice", password, HERE).join();
    }
}
