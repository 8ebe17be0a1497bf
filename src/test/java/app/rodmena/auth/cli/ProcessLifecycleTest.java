package app.rodmena.auth.cli;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ProcessLifecycleTest {
    @Test
    void aStopInterruptsTheStart() throws Exception {
        ProcessLifecycle lifetime = new ProcessLifecycle();
        CountDownLatch starting = new CountDownLatch(1);
        CompletableFuture<Boolean> leftInterrupted = CompletableFuture.supplyAsync(() -> {
            assertThatThrownBy(() -> lifetime.start(() -> {
                        starting.countDown();
                        new CountDownLatch(1).await();
                        return null;
                    }))
                    .isInstanceOf(InterruptedException.class);
            return Thread.interrupted();
        });
        starting.await();

        lifetime.stop();

        assertThat(leftInterrupted.get(10, SECONDS)).isFalse();
    }

    @Test
    void whoIsToldToStopBeforeStartingNeverStarts() {
        ProcessLifecycle lifetime = new ProcessLifecycle();
        AtomicBoolean started = new AtomicBoolean();
        lifetime.stop();

        assertThatThrownBy(() -> lifetime.start(() -> started.getAndSet(true)))
                .isInstanceOf(InterruptedException.class);
        assertThat(started).isFalse();
    }

    @Test
    void aStopInterruptsNothingButTheStart() throws Exception {
        ProcessLifecycle lifetime = new ProcessLifecycle();
        assertThat(lifetime.start(() -> "started")).isEqualTo("started");

        lifetime.stop();

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        lifetime.awaitStop();
    }

    @Test
    void aServerThatCanNotStartIsFailureNotMisuse() {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream());
        Main main = new Main(nowhere, nowhere, new ProcessLifecycle());

        int code = main.run(new String[] {"--data-dir=/dev/null/data"}, Map.of());

        assertThat(code).isEqualTo(1);
    }
}
