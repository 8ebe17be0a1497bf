package app.rodmena.auth.operators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TurnstileTest {
    private static final String HERE = "127.0.0.1";

    @Test
    void aCheckThatFailsIsNoWrongPasswordAndHoldsUpNobody() {
        try (Turnstile turnstile = new Turnstile()) {
            CompletableFuture<Boolean> failed = turnstile.pass(HERE, () -> {
                throw new IllegalStateException("this Java has no hash");
            });
            CompletableFuture<Boolean> next = turnstile.pass(HERE, () -> true);

            assertThatThrownBy(failed::join).hasRootCauseMessage("this Java has no hash");
            assertThat(next.join()).isTrue();
        }
    }

    @Test
    void whoFindsTheLineFullIsToldSo() {
        try (Turnstile turnstile = new Turnstile()) {
            var line = Stream.generate(() -> turnstile.pass(HERE, () -> false))
                    .limit(9)
                    .toList();

            assertThatThrownBy(line.get(8)::join).hasCauseInstanceOf(TooManyTries.class);
            assertThat(line.get(0)).isNotDone();
            assertThat(turnstile.pass("192.0.2.1", () -> true).join()).isTrue();
        }
    }
}
