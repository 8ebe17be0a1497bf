package app.rodmena.auth.cli;

import app.rodmena.auth.cli.AdminClient.Login;
import app.rodmena.auth.postgres.Secret;
import app.rodmena.auth.settings.CommandLineParser;
import app.rodmena.auth.settings.SettingValue;
import app.rodmena.auth.settings.UsageException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** The flags that select the running server to query, and the operator to log in as. */
final class AdminClientOptions {
    static final String DEFAULT_URL = "http://127.0.0.1:4001";

    private static final String USER = "--user";
    private static final String PASSWORD_FILE = "--password-file";

    private final PasswordPrompt prompt;

    /** @param prompt asks for an operator's password; used for a login only, so it asks once */
    AdminClientOptions(PasswordPrompt prompt) {
        this.prompt = prompt;
    }

    static void addLoginTo(CommandSpec command) {
        command.addOption(CommandLineParser.valued(
                USER, "NAME", "The operator you are, where operators are set; asks for the password"));
        command.addOption(CommandLineParser.valued(PASSWORD_FILE, "FILE", "File with the password"));
    }

    /**
     * Creates the client for the server to query.
     *
     * @param flag the flag that holds the address, for error messages
     * @throws UsageException for an invalid address or an incomplete login
     */
    AdminClient read(ParseResult flags, String flag, String address) {
        return new AdminClient(url(flag, address), login(flags));
    }

    private static URI url(String flag, String text) {
        if (text.contains("@")) {
            throw new UsageException(
                    "%s: has a user or a password in it (not shown: it could be a secret); %s says who you are"
                            .formatted(flag, USER));
        }
        try {
            URI url = URI.create(text);
            if (("http".equals(url.getScheme()) || "https".equals(url.getScheme())) && url.getHost() != null) {
                return url;
            }
        } catch (IllegalArgumentException e) {
            // Refused below, with the URLs that have another scheme or no host.
        }
        throw new UsageException("%s: %s; must be as %s".formatted(flag, SettingValue.quoted(text), DEFAULT_URL));
    }

    private Optional<Login> login(ParseResult flags) {
        if (!flags.hasMatchedOption(USER)) {
            if (flags.hasMatchedOption(PASSWORD_FILE)) {
                throw new UsageException(PASSWORD_FILE + " must go with " + USER);
            }
            return Optional.empty();
        }
        String user = flags.matchedOptionValue(USER, "");
        String password = flags.hasMatchedOption(PASSWORD_FILE)
                ? read(flags.matchedOptionValue(PASSWORD_FILE, ""))
                : prompt.ask(user);
        return Optional.of(new Login(user, Secret.of(password)));
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file)).replaceFirst("\\r?\\n$", "");
        } catch (IOException | InvalidPathException e) {
            throw new UsageException("%s: %s; must be a file this process can read, in UTF-8"
                    .formatted(PASSWORD_FILE, SettingValue.quoted(file)));
        }
    }
}
