package app.rodmena.auth.tools.demo;

import app.rodmena.auth.common.Json;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** Sends the requests of a demo: those of clients, each with a key, and those of an operator. Thread-safe. */
final class DemoClient {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI api;
    private final URI admin;

    DemoClient(URI api, URI admin) {
        this.api = api;
        this.admin = admin;
    }

    /** Sends a request as a new client with a key of its own; does not block. */
    CompletableFuture<HttpResponse<String>> ask(String method, String path) {
        HttpRequest request = HttpRequest.newBuilder(api.resolve(path))
                .timeout(PATIENCE)
                .method(method, BodyPublishers.noBody())
                .header("Authorization", "Bearer " + UUID.randomUUID())
                .build();
        return http.sendAsync(request, BodyHandlers.ofString());
    }

    /**
     * Sends the requests of so many clients concurrently. {@code %d} in the path is replaced with the client's number.
     */
    List<CompletableFuture<HttpResponse<String>>> rush(int clients, String method, String path) {
        return IntStream.range(0, clients)
                .mapToObj(client -> ask(method, path.formatted(client)))
                .toList();
    }

    /** The id of the incident that a response names; empty if it names none. */
    static String incident(HttpResponse<String> refusal) {
        try {
            return Json.MAPPER
                    .readTree(refusal.body())
                    .path("details")
                    .path("incident")
                    .asText();
        } catch (IOException e) {
            return "";
        }
    }

    JsonNode json(String path) throws InterruptedException {
        try {
            return Json.MAPPER.readTree(operator(path, "application/json"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Requests a path from the admin listener; returns the body. */
    String operator(String path, String accept) throws InterruptedException {
        URI uri = admin.resolve(path);
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(PATIENCE)
                .header("Accept", accept)
                .build();
        try {
            return http.send(request, BodyHandlers.ofString()).body();
        } catch (IOException e) {
            throw new UncheckedIOException(uri + " does not answer", e);
        }
    }
}
