package app.rodmena.auth.bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The clients of {@link OverloadBench}. Each write creates a role. */
final class OverloadClient implements AutoCloseable {
    private static final int TENANTS = 10;
    private static final Duration GIVE_UP = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Time for the queue to fill before the measurement. */
    private static final Duration LEAD = Duration.ofSeconds(2);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final AtomicLong names = new AtomicLong();
    private final List<String> tenants =
            Stream.generate(() -> UUID.randomUUID().toString()).limit(TENANTS).toList();
    private final ScheduledExecutorService arrivals = Executors.newSingleThreadScheduledExecutor();

    /**
     * The result of a retry storm.
     *
     * @param refusalMillis the median time to a 503; 0 without any
     */
    record Goodput(
            Duration time,
            double successesPerSecond,
            double attemptsPerSecond,
            double refusalMillis,
            Duration clientCpu) {}

    /** Clients that each wait for an answer before the next request, until closed. */
    final class Loop implements AutoCloseable {
        private final AtomicBoolean over = new AtomicBoolean();
        private final List<CompletableFuture<Long>> clients = new ArrayList<>();

        private Loop(Supplier<CompletableFuture<Integer>> request, int count) {
            for (int i = 0; i < count; i++) {
                clients.add(repeat(request));
            }
        }

        private CompletableFuture<Long> repeat(Supplier<CompletableFuture<Integer>> request) {
            return request.get()
                    .thenApply(status -> status == 200 ? 1L : 0L)
                    .thenComposeAsync(count -> over.get()
                            ? CompletableFuture.completedFuture(count)
                            : repeat(request).thenApply(more -> more + count));
        }

        /** Stops the clients and returns their number of successes. */
        long successes() {
            over.set(true);
            return clients.stream().mapToLong(CompletableFuture::join).sum();
        }

        @Override
        public void close() {
            successes();
        }
    }

    /**
     * Starts patient clients.
     *
     * @param name the beginning of the roles' names
     * @param key the tenant; empty for all tenants in turns
     */
    Loop startLoop(URI server, String name, String key, int clients) {
        return new Loop(() -> write(server, name, key, PATIENCE), clients);
    }

    /** Runs patient clients and returns their successes/s. */
    double closedLoop(URI server, String name, String key, int clients, Duration time) throws InterruptedException {
        long start = System.nanoTime();
        Loop loop = startLoop(server, name, key, clients);
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
        return loop.successes() / seconds(start);
    }

    /**
     * The p99 of a request in milliseconds. Uses a connection and a thread of its own, so that the other requests of
     * this process delay it less.
     *
     * @param request method and path; a number is appended to the path of a POST
     */
    double p99(URI server, String request, String key, Duration time) {
        String[] words = request.split(" ");
        List<Double> times = new ArrayList<>();
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            long start = System.nanoTime();
            blocking(server, words[0], words[0].equals("POST") ? words[1] + names.incrementAndGet() : words[1], key);
            times.add(seconds(start) * 1e3);
        }
        return quantile(times, 0.99);
    }

    private static void blocking(URI server, String method, String path, String key) {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) server.resolve(path).toURL().openConnection();
            connection.setRequestMethod(method);
            connection.setRequestProperty("Authorization", "Bearer " + key);
            try (InputStream body = connection.getInputStream()) {
                body.readAllBytes();
            }
        } catch (IOException e) {
            throw new BenchException("%s %s failed: %s".formatted(method, path, e.getMessage()));
        }
    }

    /**
     * Sends paced writes at a fixed rate. Their clients give up after a second by closing the connection, and repeat a
     * failed or refused request once, immediately: they ignore Retry-After.
     */
    Goodput retryStorm(URI server, double perSecond, Duration time) throws InterruptedException {
        AtomicLong attempts = new AtomicLong();
        AtomicLong successes = new AtomicLong();
        Queue<Double> refusals = new ConcurrentLinkedQueue<>();
        Queue<CompletableFuture<?>> sent = new ConcurrentLinkedQueue<>();
        var arriving = arrivals.scheduleAtFixedRate(
                () -> sent.add(attempt(server, attempts, successes, refusals, 1)),
                0,
                (long) (1e9 / perSecond),
                TimeUnit.NANOSECONDS);
        TimeUnit.NANOSECONDS.sleep(LEAD.toNanos());
        long start = System.nanoTime();
        Duration cpu = cpu();
        long attemptsBefore = attempts.get();
        long successesBefore = successes.get();
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
        double seconds = seconds(start);
        Goodput goodput = new Goodput(
                Duration.ofNanos(System.nanoTime() - start),
                (successes.get() - successesBefore) / seconds,
                (attempts.get() - attemptsBefore) / seconds,
                quantile(new ArrayList<>(refusals), 0.5),
                cpu().minus(cpu));
        arriving.cancel(false);
        sent.forEach(CompletableFuture::join);
        return goodput;
    }

    private CompletableFuture<?> attempt(
            URI server, AtomicLong attempts, AtomicLong successes, Queue<Double> refusals, int retries) {
        attempts.incrementAndGet();
        long start = System.nanoTime();
        return write(server, "paced", "", GIVE_UP).thenCompose(status -> {
            if (status == 200) {
                successes.incrementAndGet();
            } else if (status == 503) {
                refusals.add(seconds(start) * 1e3);
            }
            return status == 200 || retries == 0
                    ? CompletableFuture.completedFuture(null)
                    : attempt(server, attempts, successes, refusals, retries - 1);
        });
    }

    /** Sends bursts of concurrent paced writes; the share of refused ones. */
    double refusedOfBursts(URI server, int size, Duration time) {
        long refused = 0;
        long sent = 0;
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            List<CompletableFuture<Integer>> burst = Stream.generate(() -> write(server, "paced", "", PATIENCE))
                    .limit(size)
                    .toList();
            refused += burst.stream().filter(one -> one.join() != 200).count();
            sent += size;
        }
        return (double) refused / sent;
    }

    /** The status; 0 if the client gave up. */
    private CompletableFuture<Integer> write(URI server, String name, String key, Duration timeout) {
        long number = names.incrementAndGet();
        String tenant = key.isEmpty() ? tenants.get((int) (number % TENANTS)) : key;
        HttpRequest request = HttpRequest.newBuilder(server.resolve("/api/role/" + name + number))
                .timeout(timeout)
                .POST(BodyPublishers.noBody())
                .header("Authorization", "Bearer " + tenant)
                .build();
        return http.sendAsync(request, BodyHandlers.ofString())
                .thenApply(HttpResponse::statusCode)
                .exceptionally(failure -> 0);
    }

    private static Duration cpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    private static double quantile(List<Double> values, double share) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted.length == 0 ? 0 : sorted[(int) (sorted.length * share)];
    }

    private static double seconds(long startNanos) {
        return (System.nanoTime() - startNanos) / 1e9;
    }

    @Override
    public void close() {
        arrivals.shutdownNow();
    }
}
