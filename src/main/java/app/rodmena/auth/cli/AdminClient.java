package app.rodmena.auth.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.common.Json;
import app.rodmena.auth.postgres.Secret;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * A client of a running server's admin listener. Thread-safe.
 *
 * @param url the listener's address, for example {@code http://127.0.0.1:4001}
 * @param login the operator to log in as; empty to send no login
 */
public record AdminClient(URI url, Optional<Login> login) {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** An operator's name and password. */
    public record Login(String user, Secret password) {}

    public AdminClient {
        Objects.requireNonNull(url, "url");
        Objects.requireNonNull(login, "login");
    }

    /**
     * Requests a page as JSON.
     *
     * @param page the path, with an optional query
     * @param mark a field that the response must have, to detect another program at this address
     * @throws CommandFailedException if the listener cannot be reached, refuses the login or responds with an error
     */
    JsonNode ask(String page, String mark) throws CommandFailedException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(url.resolve(page)).timeout(TIMEOUT).header("Accept", "application/json");
        login.ifPresent(
                as -> request.header("Authorization", "Basic " + encoded(as.user + ":" + as.password.reveal())));
        try {
            HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
            return read(client.send(request.build(), BodyHandlers.ofString()), mark);
        } catch (ConnectException e) {
            throw new CommandFailedException(
                    url + " can't be reached: is the server running, and is that its --admin-port?", e);
        } catch (HttpTimeoutException e) {
            throw new CommandFailedException("%s did not answer within %s s".formatted(url, TIMEOUT.toSeconds()), e);
        } catch (SSLException e) {
            throw new CommandFailedException(
                    "the TLS handshake with %s failed (%s); JAVA_OPTS=-Djavax.net.ssl.trustStore=FILE sets the trusted certificates"
                            .formatted(url, e.getMessage()),
                    e);
        } catch (IOException e) {
            throw new CommandFailedException("the request to %s failed: %s".formatted(url, e), e);
        }
    }

    private JsonNode read(HttpResponse<String> response, String mark) throws CommandFailedException {
        if (response.statusCode() == 401) {
            throw new CommandFailedException(
                    login.isEmpty()
                            ? url + " requires an operator login: use --user NAME"
                            : url + " refused the login: unknown operator or wrong password",
                    null);
        }
        try {
            JsonNode answer = Json.MAPPER.readTree(response.body());
            if (response.statusCode() == 200 && answer.has(mark)) {
                return answer;
            }
            if (answer.path("message").isTextual()) {
                throw new CommandFailedException(
                        "%s answered %s: %s%s"
                                .formatted(
                                        url,
                                        response.statusCode(),
                                        answer.path("message").asText(),
                                        response.statusCode() == 404 ? ": is that its --admin-port?" : ""),
                        null);
            }
        } catch (JsonProcessingException e) {
            // Reported below: the response is from another program.
        }
        throw new CommandFailedException(
                "%s is not an admin listener of this server; it answered %s".formatted(url, response.statusCode()),
                null);
    }

    private static String encoded(String login) {
        return Base64.getEncoder().encodeToString(login.getBytes(UTF_8));
    }
}
