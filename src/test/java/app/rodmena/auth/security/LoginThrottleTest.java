package app.rodmena.auth.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.rodmena.auth.security.Operators.TooManyLoginAttemptsException;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LoginThrottleTest {
    private static final String HERE = "127.0.0.1";

    @Test
    void aFailedVerificationIsReportedAndDelaysNoOtherAttempt() {
        try (LoginThrottle throttle = new LoginThrottle()) {
            CompletableFuture<Boolean> failed = throttle.verify(HERE, () -> {
                throw new IllegalStateException("this Java has no hash");
            });
            CompletableFuture<Boolean> next = throttle.verify(HERE, () -> true);

            assertThatThrownBy(failed::join).hasRootCauseMessage("this Java has no hash");
            assertThat(next.join()).isTrue();
        }
    }

    @Test
    void attemptsBeyondTheQueueAreRejected() {
        try (LoginThrottle throttle = new LoginThrottle()) {
            var attempts = Stream.generate(() -> throttle.verify(HERE, () -> false))
                    .limit(9)
                    .toList();

            assertThatThrownBy(attempts.get(8)::join).hasCauseInstanceOf(TooManyLoginAttemptsException.class);
            assertThat(attempts.get(0)).isNotDone();
            assertThat(throttle.verify("192.0.2.1", () -> true).join()).isTrue();
        }
    }
}
