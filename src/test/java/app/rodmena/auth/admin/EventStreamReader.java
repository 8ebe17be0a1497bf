package app.rodmena.auth.admin;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/** Reads the event stream line by line until it is closed. */
final class EventStreamReader implements AutoCloseable {
    private final int status;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Stream<String> body;
    private final HttpClient client = HttpClient.newHttpClient();

    /** Opens the stream once it has room for a client: a disconnect is detected at the next write. */
    static EventStreamReader open(TestAdmin admin, String path) throws Exception {
        AtomicReference<EventStreamReader> accepted = new AtomicReference<>();
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            EventStreamReader candidate = new EventStreamReader(admin, path);
            if (candidate.status == 200) {
                accepted.set(candidate);
            } else {
                candidate.close();
            }
            return accepted.get() != null;
        });
        return accepted.get();
    }

    EventStreamReader(TestAdmin admin, String path) throws Exception {
        HttpResponse<Stream<String>> response =
                client.send(admin.request(path).timeout(Duration.ofSeconds(20)).build(), BodyHandlers.ofLines());
        status = response.statusCode();
        body = response.body();
        Thread reader = new Thread(() -> {
            try {
                body.forEach(lines::add);
            } catch (RuntimeException closed) {
                lines.add("closed");
            }
        });
        reader.setDaemon(true);
        reader.start();
    }

    int status() {
        return status;
    }

    /** The data received so far for an event name. */
    List<JsonNode> data(String event) throws IOException {
        List<JsonNode> found = new ArrayList<>();
        for (int i = 1; i < lines.size(); i++) {
            if (lines.get(i - 1).equals("event: " + event) && lines.get(i).startsWith("data: ")) {
                found.add(JsonMapper.builder().build().readTree(lines.get(i).substring(6)));
            }
        }
        return found;
    }

    @Override
    public void close() {
        body.close();
    }
}
