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
        ProcessLifecycle lifecycle = new ProcessLifecycle();
        CountDownLatch starting = new CountDownLatch(1);
        CompletableFuture<Boolean> leftInterrupted = CompletableFuture.supplyAsync(() -> {
            assertThatThrownBy(() -> lifecycle.start(() -> {
                        starting.countDown();
                        new CountDownLatch(1).await();
                        return null;
                    }))
                    .isInstanceOf(InterruptedException.class);
            return Thread.interrupted();
        });
        starting.await();

        lifecycle.stop();

        assertThat(leftInterrupted.get(10, SECONDS)).isFalse();
    }

    @Test
    void aStopBeforeTheStartPreventsIt() {
        ProcessLifecycle lifecycle = new ProcessLifecycle();
        AtomicBoolean started = new AtomicBoolean();
        lifecycle.stop();

        assertThatThrownBy(() -> lifecycle.start(() -> started.getAndSet(true)))
                .isInstanceOf(InterruptedException.class);
        assertThat(started).isFalse();
    }

    @Test
    void aStopInterruptsNothingButTheStart() throws Exception {
        ProcessLifecycle lifecycle = new ProcessLifecycle();
        assertThat(lifecycle.start(() -> "started")).isEqualTo("started");

        lifecycle.stop();

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        lifecycle.awaitStop();
    }

    @Test
    void aFailedStartExitsWithOne() {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream());
        Main main = new Main(nowhere, nowhere, new ProcessLifecycle());

        int code = main.run(new String[] {"--data-dir=/dev/null/data"}, Map.of());

        assertThat(code).isEqualTo(1);
    }
}
