package app.rodmena.auth.postgres;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * Which PostgreSQL to talk to, and as whom.
 *
 * @param jdbcUrl {@code jdbc:postgresql://…} with every option it needs (TLS among them) and no credentials
 * @param user the role to log in as
 * @param password its password; {@link Secret#NONE} where the server asks for none, and with a password file
 * @param passwordFile the file with its password, which every login reads
 */
public record DatabaseTarget(String jdbcUrl, String user, Secret password, Optional<Path> passwordFile) {
    public DatabaseTarget {
        Objects.requireNonNull(jdbcUrl, "jdbcUrl");
        Objects.requireNonNull(user, "user");
        Objects.requireNonNull(password, "password");
        Objects.requireNonNull(passwordFile, "passwordFile");
    }

    public DatabaseTarget(String jdbcUrl, String user, Secret password) {
        this(jdbcUrl, user, password, Optional.empty());
    }
}
