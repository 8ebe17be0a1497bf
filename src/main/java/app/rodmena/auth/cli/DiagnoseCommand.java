package app.rodmena.auth.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.postgres.Secret;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintStream;
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
 * {@code ./run.sh diagnose}: why the pool of a running server is as it is.
 *
 * @param url where its admin listener is
 * @param login as whom to ask; empty for nobody
 * @param format text or JSON
 */
public record DiagnoseCommand(URI url, Optional<Login> login, Format format) {
    private static final int WELL = 0;
    private static final int IN_TROUBLE = 1;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /** An operator. */
    public record Login(String user, Secret password) {}

    public DiagnoseCommand {
        Objects.requireNonNull(url, "url");
        Objects.requireNonNull(login, "login");
        Objects.requireNonNull(format, "format");
    }

    /**
     * Prints the diagnosis.
     *
     * @return the exit code: 0 if the pool is well, 1 if it is not
     * @throws CommandFailed if the server can't be asked
     */
    public int run(PrintStream out) throws CommandFailed, InterruptedException {
        JsonNode diagnosis = ask();
        out.print(
                switch (format) {
                    case TEXT -> diagnosis.path("text").asText();
                    case JSON -> Json.text(diagnosis);
                    case MARKDOWN -> "```\n" + diagnosis.path("text").asText() + "```\n";
                });
        return diagnosis.path("situation").asText().equals("WELL") ? WELL : IN_TROUBLE;
    }

    private JsonNode ask() throws CommandFailed, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(url.resolve("/diagnosis"))
                .timeout(PATIENCE)
                .header("Accept", "application/json");
        login.ifPresent(
                as -> request.header("Authorization", "Basic " + encoded(as.user + ":" + as.password.reveal())));
        try {
            HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
            return read(client.send(request.build(), BodyHandlers.ofString()));
        } catch (ConnectException e) {
            throw new CommandFailed(
                    url + " can't be reached: is the server running, and is that its --admin-port? --url says another",
                    e);
        } catch (HttpTimeoutException e) {
            throw new CommandFailed("%s has not answered within %d s".formatted(url, PATIENCE.toSeconds()), e);
        } catch (SSLException e) {
            throw new CommandFailed(
                    "%s speaks no TLS that this Java trusts (%s): JAVA_OPTS=-Djavax.net.ssl.trustStore=FILE names whom to trust"
                            .formatted(url, e.getMessage()),
                    e);
        } catch (IOException e) {
            throw new CommandFailed("%s can't be asked: %s".formatted(url, e), e);
        }
    }

    private JsonNode read(HttpResponse<String> response) throws CommandFailed {
        if (response.statusCode() == 401) {
            throw new CommandFailed(
                    login.isEmpty()
                            ? url + " lets only operators in: --user NAME says which one you are"
                            : url + " knows no operator of that name and password",
                    null);
        }
        try {
            JsonNode answer = MAPPER.readTree(response.body());
            if (response.statusCode() == 200 && answer.path("situation").isTextual()) {
                return answer;
            }
            if (answer.path("message").isTextual()) {
                throw new CommandFailed(
                        "%s answered %d: %s"
                                .formatted(
                                        url,
                                        response.statusCode(),
                                        answer.path("message").asText()),
                        null);
            }
        } catch (JsonProcessingException e) {
            // Said below: it is somebody else.
        }
        throw new CommandFailed(
                "%s is no admin listener of this server; it answered %d".formatted(url, response.statusCode()), null);
    }

    private static String encoded(String login) {
        return Base64.getEncoder().encodeToString(login.getBytes(UTF_8));
    }
}
