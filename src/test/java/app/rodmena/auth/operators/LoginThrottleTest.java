package app.rodmena.auth.operators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LoginThrottleTest {
    private static final String HERE = "127.0.0.1";

    @Test
    void aCheckThatFailsIsNoWrongPasswordAndHoldsUpNobody() {
        try (LoginThrottle turnstile = new LoginThrottle()) {
            CompletableFuture<Boolean> failed = turnstile.verify(HERE, () -> {
                throw new IllegalStateException("this Java has no hash");
            });
            CompletableFuture<Boolean> next = turnstile.verify(HERE, () -> true);

            assertThatThrownBy(failed::join).hasRootCauseMessage("this Java has no hash");
            assertThat(next.join()).isTrue();
        }
    }

    @Test
    void whoFindsTheLineFullIsToldSo() {
        try (LoginThrottle turnstile = new LoginThrottle()) {
            var line = Stream.generate(() -> turnstile.verify(HERE, () -> false))
                    .limit(9)
                    .toList();

            assertThatThrownBy(line.get(8)::join).hasCauseInstanceOf(TooManyLoginAttemptsException.class);
            assertThat(line.get(0)).isNotDone();
            assertThat(turnstile.verify("192.0.2.1", () -> true).join()).isTrue();
        }
    }
}
