package app.rodmena.auth.cli;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.postgres.DatabaseTarget;
import java.net.URI;
import java.nio.file.Path;

/**
 * A server to make trouble in.
 *
 * @param api where it answers
 * @param admin where it explains itself
 * @param database its PostgreSQL, with all rights
 * @param postgres the directory of that PostgreSQL
 * @param engine its engine, for code that is part of the server
 * @param pages where incidents are put as pages that stay
 */
public record DemoStage(
        URI api, URI admin, DatabaseTarget database, Path postgres, DatabaseEngine engine, Path pages) {}
