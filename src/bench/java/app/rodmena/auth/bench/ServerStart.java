package app.rodmena.auth.bench;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A start of the server.
 *
 * @param toFirstAnswer time from the command to the first 200 of a request that needs the database
 * @param cpu CPU time of the server's process until then
 * @param residentBytes its memory afterwards, when idle
 */
record ServerStart(Duration toFirstAnswer, Duration cpu, long residentBytes) {
    private static final Duration MAX_START = Duration.ofMinutes(2);
    private static final Duration IDLE_TIME = Duration.ofSeconds(2);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** Starts the server with these settings, measures and stops it. */
    static ServerStart of(Path home, Path directory, Map<String, String> settings)
            throws IOException, InterruptedException {
        long begin = System.nanoTime();
        try (Server server = Server.ours("start", home, directory, settings, List.of())) {
            HttpRequest request = HttpRequest.newBuilder(server.address().resolve("/api/roles"))
                    .header("Authorization", "Bearer 5eed0000-0000-4000-8000-000000000000")
                    .build();
            while (!isAnswered(request)) {
                if (System.nanoTime() - begin > MAX_START.toNanos()) {
                    throw new BenchException("the server did not start; see " + directory.resolve("start.log"));
                }
                Thread.sleep(5);
            }
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            Duration cpu = ProcFs.cpuWithChildren(server.pid());
            Thread.sleep(IDLE_TIME.toMillis());
            return new ServerStart(took, cpu, ProcFs.residentBytes(server.pid()));
        }
    }

    private static boolean isAnswered(HttpRequest request) throws InterruptedException {
        try {
            return HTTP.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }
}
