package app.rodmena.auth.postgres;

import java.util.Objects;
import java.util.Optional;

/**
 * A PostgreSQL database and the login for it. Immutable.
 *
 * @param jdbcUrl {@code jdbc:postgresql://…} with all options, TLS included, and no credentials
 * @param password its password; {@link Secret#NONE} if none is required or it has a source
 * @param passwordSource where every login reads its password
 */
public record DatabaseTarget(String jdbcUrl, String user, Secret password, Optional<PasswordSource> passwordSource) {
    public DatabaseTarget {
        Objects.requireNonNull(jdbcUrl, "jdbcUrl");
        Objects.requireNonNull(user, "user");
        Objects.requireNonNull(password, "password");
        Objects.requireNonNull(passwordSource, "passwordSource");
    }

    public DatabaseTarget(String jdbcUrl, String user, Secret password) {
        this(jdbcUrl, user, password, Optional.empty());
    }
}
