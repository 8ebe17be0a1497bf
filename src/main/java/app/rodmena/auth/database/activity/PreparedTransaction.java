package app.rodmena.auth.database.activity;

import java.time.Duration;

/**
 * A transaction prepared for two-phase commit that holds a lock. It has no backend.
 *
 * @param gid its global identifier, which its client chose
 * @param owner the role that prepared it
 * @param age the time since it was prepared
 */
public record PreparedTransaction(String gid, String owner, Duration age) {}
