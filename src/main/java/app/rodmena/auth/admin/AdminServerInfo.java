package app.rodmena.auth.admin;

import java.time.Instant;

/**
 * Which server this is.
 *
 * @param instance its name in PostgreSQL's application_name
 */
public record AdminServerInfo(String version, String instance, Instant startedAt) {}
