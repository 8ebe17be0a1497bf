package app.rodmena.auth.database.activity;

import java.time.Duration;

/**
 * A transaction prepared for two-phase commit that holds a lock. It has no backend.
 *
 * @param gid its global identifier, which its client chose
 */
public record PreparedTransaction(String gid, String owner, Duration age) {}
