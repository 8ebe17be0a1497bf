package app.rodmena.auth.jmx;

import app.rodmena.auth.capacity.FleetWatch;
import app.rodmena.auth.capacity.PoolSizeAdvisor;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.diagnosis.Diagnostics;
import app.rodmena.auth.incidents.BackendActions;
import app.rodmena.auth.incidents.Incidents;
import app.rodmena.auth.metrics.Metrics;

/** The components that the MBeans of one engine expose; all must stay open while the beans are registered. */
public record MonitoredEngine(
        DatabaseEngine engine,
        Metrics metrics,
        Diagnostics diagnostics,
        Incidents incidents,
        BackendActions remedies,
        FleetWatch fleet,
        PoolSizeAdvisor adviser) {}
