package app.rodmena.auth.tools.demo;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.postgres.DatabaseTarget;
import java.net.URI;
import java.nio.file.Path;

/**
 * The server in which a demo causes a failure.
 *
 * @param api the address of the API
 * @param admin the address of the admin listener
 * @param database the server's PostgreSQL, with the server's own login
 * @param postgres the data directory of that PostgreSQL
 * @param engine the server's engine, for code that embeds the server
 * @param pages the directory for incidents as HTML files, which are kept after the demo
 */
public record DemoStage(
        URI api, URI admin, DatabaseTarget database, Path postgres, DatabaseEngine engine, Path pages) {}
