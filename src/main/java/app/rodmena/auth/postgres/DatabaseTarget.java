package app.rodmena.auth.postgres;

import java.util.Objects;

/**
 * Which PostgreSQL to talk to, and as whom.
 *
 * @param jdbcUrl {@code jdbc:postgresql://…} with every option it needs (TLS among them) and no credentials
 * @param user the role to log in as
 * @param password its password; {@link Secret#NONE} where the server asks for none
 */
public record DatabaseTarget(String jdbcUrl, String user, Secret password) {
    public DatabaseTarget {
        Objects.requireNonNull(jdbcUrl, "jdbcUrl");
        Objects.requireNonNull(user, "user");
        Objects.requireNonNull(password, "password");
    }
}
