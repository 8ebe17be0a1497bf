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
 * A start, from the shell to the first answer.
 *
 * @param toFirstAnswer until the first 200 that took the database
 * @param cpu what the server's process used until then
 * @param residentBytes its memory a while later, when nobody asks it anything
 */
record Start(Duration toFirstAnswer, Duration cpu, long residentBytes) {
    private static final Duration MOST_START = Duration.ofMinutes(2);
    private static final Duration REST = Duration.ofSeconds(2);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** Starts and stops it, with these settings. */
    static Start of(Path home, Path directory, Map<String, String> settings) throws IOException, InterruptedException {
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
            HttpRequest question = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/api/roles".formatted(port)))
                    .header("Authorization", "Bearer 5eed0000-0000-4000-8000-000000000000")
                    .build();
            while (!isAnswered(question)) {
                if (!process.isAlive() || System.nanoTime() - begin > MOST_START.toNanos()) {
                    throw new Failed("the server did not start; see " + directory.resolve("start.log"));
                }
                Thread.sleep(5);
            }
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            Duration cpu = Proc.cpuOfFamily(process.pid());
            Thread.sleep(REST.toMillis());
            return new Start(took, cpu, Proc.residentBytes(process.pid()));
        } finally {
            process.destroy();
            process.waitFor(MOST_START.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private static boolean isAnswered(HttpRequest question) throws InterruptedException {
        try {
            return HTTP.send(question, BodyHandlers.discarding()).statusCode() == 200;
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
