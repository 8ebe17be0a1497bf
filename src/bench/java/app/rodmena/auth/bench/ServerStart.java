package app.rodmena.auth.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

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
        int port = freePort();
        ProcessBuilder builder = new ProcessBuilder(
                        home.resolve("run.sh").toString(),
                        "--port=" + port,
                        "--admin-port=0",
                        "--jolokia-port=0",
                        "--jmx-port=0")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("start.log").toFile());
        builder.environment().keySet().removeIf(variable -> variable.startsWith("AUTH_"));
        builder.environment().putAll(settings);
        long begin = System.nanoTime();
        Process process = builder.start();
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/api/roles".formatted(port)))
                    .header("Authorization", "Bearer 5eed0000-0000-4000-8000-000000000000")
                    .build();
            while (!isAnswered(request)) {
                if (!process.isAlive() || System.nanoTime() - begin > MAX_START.toNanos()) {
                    throw new BenchException("the server did not start; see " + directory.resolve("start.log"));
                }
                Thread.sleep(5);
            }
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            Duration cpu = ProcFs.cpuWithChildren(process.pid());
            Thread.sleep(IDLE_TIME.toMillis());
            return new ServerStart(took, cpu, ProcFs.residentBytes(process.pid()));
        } finally {
            process.destroy();
            process.waitFor(MAX_START.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private static boolean isAnswered(HttpRequest request) throws InterruptedException {
        try {
            return HTTP.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
