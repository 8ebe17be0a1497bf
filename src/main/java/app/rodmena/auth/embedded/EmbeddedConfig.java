package app.rodmena.auth.embedded;

import java.nio.file.Path;

/**
 * Where an embedded PostgreSQL keeps its data, and for how long.
 *
 * @param dataDir a directory of its own, made if missing; kept as an absolute path
 * @param ephemeral true for a new, empty database in a subdirectory of {@code dataDir} that goes away with the server;
 *     data kept there by others, earlier or at the same time, is neither read nor touched
 */
public record EmbeddedConfig(Path dataDir, boolean ephemeral) {
    public EmbeddedConfig {
        dataDir = dataDir.toAbsolutePath().normalize();
    }
}
