package app.rodmena.auth.tools.load;

import app.rodmena.auth.cli.CommandFailedException;
import app.rodmena.auth.tools.load.LoadDriver.LoadCounter;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One load test: creates the test data, runs the load, samples the pool, and removes the test data on {@link #close}.
 * Not thread-safe.
 */
public final class LoadRun implements AutoCloseable {
    private static final long PROBE_TIMEOUT_MILLIS = 5_000;

    /** One client, so that the load itself, not the setup, causes the pool to open its connections. */
    private static final int SEEDING_CLIENTS = 1;

    private static final int REMOVAL_CLIENTS = 4;

    /** The maximum time to create the test data, and to remove it. */
    private static final Duration SEEDING_TIMEOUT = Duration.ofSeconds(30);

    private static final Duration REMOVAL_TIMEOUT = Duration.ofSeconds(5);

    /** The maximum wait for requests in flight when the run is stopped. */
    private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(1);

    /** The maximum wait until all connections are checked in. */
    private static final int MAX_RETURN_SECONDS = 5;

    private static final long PROBE_INTERVAL_MILLIS = 20;

    private final LoadPlan plan;
    private final LoadTransport transport;
    private final TestData testData;
    private boolean isSeeded;
    private Optional<LoadDriver> warmUp = Optional.empty();
    private LoadDriver driver;
    private volatile boolean isStopped;
    private PoolWatch watch;
    private CompletableFuture<Void> completion;

    private LoadRun(LoadPlan plan) {
        this.plan = plan;
        this.transport = new LoadTransport(plan.target());
        this.testData = new TestData(transport, plan.key());
    }

    /**
     * Probes the server and creates the test data.
     *
     * @throws CommandFailedException if the server does not answer, is not an auth server, or rejects the test data
     * @throws InterruptedException if the thread is interrupted; the test data is removed
     */
    public static LoadRun prepare(LoadPlan plan) throws CommandFailedException, InterruptedException {
        LoadRun run = new LoadRun(plan);
        try {
            run.prepare();
            return run;
        } catch (CommandFailedException | InterruptedException | RuntimeException e) {
            run.close();
            throw e;
        }
    }

    private void prepare() throws CommandFailedException, InterruptedException {
        PoolWatch.HealthSample pool = probe().orElseThrow(() -> new CommandFailedException(
                plan.target() + " is not an auth server: GET /health does not report the pool's numbers"));
        watch = new PoolWatch(transport, maximum().orElse(pool.poolSize()));
        isSeeded = true;
        for (List<LoadRequest> requests : testData.creation(plan.mix())) {
            LoadDriver seeding = sendEach(requests, SEEDING_CLIENTS);
            if (!endsWithin(SEEDING_TIMEOUT, seeding)) {
                throw new CommandFailedException("could not create the test data on %s within %s s"
                        .formatted(plan.target(), SEEDING_TIMEOUT.toSeconds()));
            }
            for (String problem : seeding.counter().errors(0).examples().values()) {
                throw new CommandFailedException(
                        "could not create the test data on %s: %s".formatted(plan.target(), problem));
            }
        }
        List<RequestSequence> sequences = testData.sequences(plan.mix(), plan.clients());
        if (!plan.warmUp().isZero()) {
            warmUp = Optional.of(
                    new LoadDriver(transport, LoadPlan.RequestSchedule.warmUp(plan), plan.timeout(), sequences));
        }
        driver = new LoadDriver(transport, LoadPlan.RequestSchedule.of(plan), plan.timeout(), sequences);
    }

    /** Runs the driver; stops it on a timeout and returns false. */
    private static boolean endsWithin(Duration time, LoadDriver driver) throws InterruptedException {
        CompletableFuture<Void> completion = driver.start();
        boolean ended = false;
        try {
            ended = await(completion, time);
            return ended;
        } finally {
            if (!ended) {
                driver.stop(Duration.ZERO);
                completion.join();
            }
        }
    }

    private LoadDriver sendEach(List<LoadRequest> requests, int clients) {
        RequestSequence each = requests.iterator()::next; // Each request once, in order, shared by all clients.
        return new LoadDriver(
                transport,
                LoadPlan.RequestSchedule.closedLoop(requests.size()),
                SEEDING_TIMEOUT,
                Collections.nCopies(clients, each));
    }

    private Optional<PoolWatch.HealthSample> probe() throws CommandFailedException, InterruptedException {
        return PoolWatch.numbers(get("/health"));
    }

    /** pool_size + max_overflow, if the server reports it. */
    private Optional<Integer> maximum() throws CommandFailedException, InterruptedException {
        for (JsonNode check : get("/health/ready").path("checks")) {
            JsonNode data = check.path("data");
            if (data.path("pool_size").isInt() && data.path("max_overflow").isInt()) {
                return Optional.of(data.path("pool_size").asInt()
                        + data.path("max_overflow").asInt());
            }
        }
        return Optional.empty();
    }

    private JsonNode get(String path) throws CommandFailedException, InterruptedException {
        try {
            return transport.get(path, PROBE_TIMEOUT_MILLIS).get();
        } catch (ExecutionException e) {
            throw new CommandFailedException(
                    "no response from %s: %s"
                            .formatted(plan.target(), e.getCause().getMessage()),
                    e);
        }
    }

    /** Starts the load, after the warm-up. */
    public void start() {
        CompletableFuture<Void> warm =
                warmUp.map(LoadDriver::start).orElseGet(() -> CompletableFuture.completedFuture(null));
        completion = warm.thenCompose(ended -> {
            if (isStopped) {
                return warm;
            }
            watch.start();
            return driver.start();
        });
    }

    /** Waits up to this long; returns whether the run has ended. */
    public boolean await(Duration time) throws InterruptedException {
        return await(completion, time);
    }

    private static boolean await(CompletableFuture<Void> done, Duration time) throws InterruptedException {
        try {
            done.get(time.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    public LoadDriver.Progress progress() {
        return driver.progress();
    }

    /** Samples the pool during the load. */
    PoolWatch pool() {
        return watch;
    }

    /** The results; stops a run that has not ended. */
    public LoadResults finish() throws InterruptedException {
        boolean interrupted = !completion.isDone();
        if (interrupted) {
            isStopped = true;
            warmUp.ifPresent(running -> running.stop(DRAIN_TIMEOUT));
            driver.stop(DRAIN_TIMEOUT);
            completion.join();
        }
        watch.stop();
        Optional<Duration> returned = awaitReturned();
        LoadCounter counter = driver.counter();
        LoadResults.ErrorCounts errors = counter.errors(driver.unsent());
        LoadResults.PoolUse pool = watch.use();
        return new LoadResults(
                plan,
                counter.ended(),
                counter.correct(),
                driver.elapsed(),
                counter.latency(),
                plan.ratePerSecond().isPresent() ? Optional.of(counter.serviceTime()) : Optional.empty(),
                errors,
                pool,
                LoadResults.verdict(
                        errors,
                        counter.ended(),
                        pool,
                        returned,
                        driver.isGone()
                                ? "the server is gone"
                                : "checked_out was not 0 within " + MAX_RETURN_SECONDS + " s"),
                interrupted,
                driver.isGone());
    }

    private Optional<Duration> awaitReturned() throws InterruptedException {
        long ended = System.nanoTime();
        long deadline = ended + TimeUnit.SECONDS.toNanos(MAX_RETURN_SECONDS);
        while (!driver.isGone() && System.nanoTime() - deadline < 0) {
            try {
                if (probe().filter(pool -> pool.checkedOut() == 0).isPresent()) {
                    return Optional.of(Duration.ofNanos(System.nanoTime() - ended));
                }
            } catch (CommandFailedException e) {
                // Probed again until the time is over.
            }
            TimeUnit.MILLISECONDS.sleep(PROBE_INTERVAL_MILLIS);
        }
        return Optional.empty();
    }

    /** Deletes the roles, users and permissions of the test data; returns whether all were deleted. */
    public boolean clean() throws InterruptedException {
        if (!isSeeded) {
            return true;
        }
        isSeeded = false;
        LoadDriver removal = sendEach(testData.removal(plan.mix()), REMOVAL_CLIENTS);
        return endsWithin(REMOVAL_TIMEOUT, removal) && removal.counter().failed() == 0;
    }

    @Override
    public void close() {
        boolean interrupted = Thread.interrupted(); // An interrupted thread could not wait for the deletion.
        try {
            clean();
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            transport.close();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
