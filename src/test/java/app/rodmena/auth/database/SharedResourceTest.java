package app.rodmena.auth.database;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.database.SharedResource.Share;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class SharedResourceTest {
    private final List<String> ended = new ArrayList<>();
    private final SharedResource<String> one = new SharedResource<>("room", ended::add);

    @Test
    void closingAShareTwiceKeepsTheOthers() {
        Share<String> first = one.open("engine", () -> "room");
        Share<String> second = one.open("engine", () -> "another room");
        assertThat(second.get()).isEqualTo("room");

        first.close();
        first.close();
        assertThat(ended).isEmpty();
        second.close();
        second.close();
        assertThat(ended).containsExactly("room");
    }

    @Test
    void otherSettingsAreRefused() {
        try (Share<String> share = one.open("engine", "every 2 s", () -> "room")) {
            assertThatThrownBy(() -> one.open("engine", "every 5 s", () -> "another room"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(
                            "one room per process: it is open with every 2 s, and cannot be opened with every 5 s as well");
            assertThat(share.get()).isEqualTo("room");
            assertThat(ended).isEmpty();
        }
        assertThat(ended).containsExactly("room");
    }

    @Test
    void theNextOwnerWaitsUntilThePreviousOneHasClosed() throws Exception {
        Share<String> first = one.open("former", "every 2 s", () -> "former room");
        Share<String> second = one.open("former", "every 2 s", () -> "former room");
        FutureTask<Share<String>> opening = new FutureTask<>(() -> one.open("next", "every 5 s", () -> "next room"));
        Thread next = new Thread(opening);
        next.start();
        await().until(() -> next.getState() == Thread.State.WAITING);
        first.close();
        assertThat(opening).isNotDone();

        second.close();

        Share<String> share = opening.get(30, SECONDS);
        assertThat(share.get()).isEqualTo("next room");
        assertThat(ended).containsExactly("former room");
        second.close();
        assertThat(ended).containsExactly("former room");
        share.close();
        assertThat(ended).containsExactly("former room", "next room");
    }

    @Test
    void aFailedOpenOrCloseDoesNotBlockTheNext() {
        assertThatThrownBy(() -> one.open("engine", () -> {
                    throw new IllegalArgumentException("on purpose");
                }))
                .hasMessage("on purpose");
        Share<String> broken = one.open("engine", () -> "room");
        assertThatThrownBy(() -> broken.close(room -> {
                    throw new IllegalArgumentException("on purpose");
                }))
                .hasMessage("on purpose");
        try (Share<String> share = one.open("next", () -> "next room")) {
            assertThat(share.get()).isEqualTo("next room");
        }
    }
}
