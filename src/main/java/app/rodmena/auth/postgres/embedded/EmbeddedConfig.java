package app.rodmena.auth.postgres.embedded;

import java.nio.file.Path;

/**
 * Configuration of the embedded PostgreSQL.
 *
 * @param dataDir the data directory, used by this server only, created if missing; converted to an absolute path
 * @param ephemeral true for a new, empty database in a subdirectory of {@code dataDir} that is deleted when the server
 *     stops; other data in {@code dataDir} is neither read nor changed
 */
public record EmbeddedConfig(Path dataDir, boolean ephemeral) {
    public EmbeddedConfig {
        dataDir = dataDir.toAbsolutePath().normalize();
    }
}
