package app.rodmena.auth.jmx;

import app.rodmena.auth.capacity.Adviser;
import app.rodmena.auth.capacity.FleetWatch;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.diagnosis.Diagnostics;
import app.rodmena.auth.incidents.Incidents;
import app.rodmena.auth.incidents.Remedies;
import app.rodmena.auth.metrics.Metrics;

/** What the MBeans of one engine tell of, all of it open for as long as they are registered. */
public record Watched(
        DatabaseEngine engine,
        Metrics metrics,
        Diagnostics diagnostics,
        Incidents incidents,
        Remedies remedies,
        FleetWatch fleet,
        Adviser adviser) {}
