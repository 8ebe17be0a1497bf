package app.rodmena.auth.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.cli.CommandOptions.HiddenValueException;
import app.rodmena.auth.common.Json;
import app.rodmena.auth.postgres.Secret;
import app.rodmena.auth.settings.SettingValue;
import app.rodmena.auth.settings.UsageException;
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
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import javax.net.ssl.SSLException;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/**
 * A client of a running server's admin listener. Thread-safe.
 *
 * @param url the listener's address, for example {@code http://127.0.0.1:4001}
 * @param login the operator to log in as; empty to send no login
 */
public record AdminClient(URI url, Optional<Login> login) {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    public record Login(String user, Secret password) {}

    static final String DEFAULT_URL = "http://127.0.0.1:4001";

    static URI url(String text) {
        if (text.contains("@")) {
            throw new HiddenValueException("must not contain a user or a password; log in with --user");
        }
        try {
            URI url = URI.create(text);
            if (("http".equals(url.getScheme()) || "https".equals(url.getScheme())) && url.getHost() != null) {
                return url;
            }
        } catch (IllegalArgumentException e) {
            // Refused below, with the URLs that have another scheme or no host.
        }
        throw new TypeConversionException("must be a URL such as " + DEFAULT_URL);
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
        login.map(as -> (as.user + ":" + as.password.reveal()).getBytes(UTF_8))
                .ifPresent(as -> request.header(
                        "Authorization", "Basic " + Base64.getEncoder().encodeToString(as)));
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
                            : url + " refused the login: unknown operator or wrong password");
        }
        try {
            JsonNode answer = Json.MAPPER.readTree(response.body());
            if (response.statusCode() == 200 && answer.has(mark)) {
                return answer;
            }
            if (answer.path("message").isTextual()) {
                String hint = response.statusCode() == 404 ? ": is that its --admin-port?" : "";
                throw new CommandFailedException("%s answered %s: %s%s"
                        .formatted(
                                url,
                                response.statusCode(),
                                answer.path("message").asText(),
                                hint));
            }
        } catch (JsonProcessingException e) {
            // Reported below: the response is from another program.
        }
        throw new CommandFailedException(
                "%s is not an admin listener of this server; it answered %s".formatted(url, response.statusCode()));
    }

    /** The options that select the operator to log in as at a running server's admin listener. */
    static final class LoginOptions {
        @Option(
                names = "--user",
                paramLabel = "NAME",
                description = "Operator to log in as, if the server has operators; asks for the password")
        private String user;

        @Option(names = "--password-file", paramLabel = "FILE", description = "File with the password")
        private String passwordFile;

        /** @throws UsageException for an incomplete login */
        AdminClient client(URI url) {
            if (user == null) {
                if (passwordFile != null) {
                    throw new UsageException("--password-file must go with --user");
                }
                return new AdminClient(url, Optional.empty());
            }
            String password = passwordFile == null ? PasswordPrompt.toLogIn().ask(user) : read(passwordFile);
            return new AdminClient(url, Optional.of(new Login(user, Secret.of(password))));
        }

        private static String read(String file) {
            try {
                return Files.readString(Path.of(file)).replaceFirst("\\r?\\n$", "");
            } catch (IOException | InvalidPathException e) {
                throw new UsageException("--password-file: %s; must be a file this process can read, in UTF-8"
                        .formatted(SettingValue.quoted(file)));
            }
        }
    }
}
