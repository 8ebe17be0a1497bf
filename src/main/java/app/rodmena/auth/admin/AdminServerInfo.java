package app.rodmena.auth.admin;

import java.time.Instant;

/**
 * Identifies this server.
 *
 * @param instance the server's name, shown in PostgreSQL's application_name
 */
public record AdminServerInfo(String version, String instance, Instant startedAt) {}
