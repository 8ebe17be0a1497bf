package app.rodmena.auth.cli;

import app.rodmena.auth.cli.AdminClient.Login;
import app.rodmena.auth.postgres.Secret;
import app.rodmena.auth.settings.SettingValue;
import app.rodmena.auth.settings.UsageException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that select the operator to log in as at a running server's admin listener. */
final class AdminClientOptions {
    static final String DEFAULT_URL = "http://127.0.0.1:4001";

    @Option(
            names = "--user",
            paramLabel = "NAME",
            description = "Operator to log in as, if the server has operators; asks for the password")
    private String user;

    @Option(names = "--password-file", paramLabel = "FILE", description = "File with the password")
    private String passwordFile;

    /** Converts the address of an admin listener. */
    static final class Url implements ITypeConverter<URI> {
        @Override
        public URI convert(String text) {
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
    }

    /**
     * Creates the client for the server at this address.
     *
     * @throws UsageException for an incomplete login
     */
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
