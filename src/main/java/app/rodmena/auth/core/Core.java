package app.rodmena.auth.core;

import app.rodmena.auth.capacity.CapacityConfig;
import app.rodmena.auth.capacity.FleetWatch;
import app.rodmena.auth.capacity.PoolSizeAdvisor;
import app.rodmena.auth.database.DatabaseConfig;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.diagnosis.Commands;
import app.rodmena.auth.diagnosis.DiagnosisConfig;
import app.rodmena.auth.diagnosis.Diagnostics;
import app.rodmena.auth.diagnosis.history.ActivityHistory;
import app.rodmena.auth.diagnosis.incident.BackendActions;
import app.rodmena.auth.diagnosis.incident.Incidents;
import app.rodmena.auth.diagnosis.incident.IncidentsConfig;
import app.rodmena.auth.metrics.Metrics;
import app.rodmena.auth.metrics.jfr.FlightRecorderListener;
import app.rodmena.auth.metrics.jfr.IncidentRecorder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all servers of a JVM share: the database engine, and the components that measure, diagnose and record it.
 * Created by {@link #open} only: the first server opens it, the last one closes it. Thread-safe.
 */
public record Core(
        DatabaseEngine engine,
        Metrics metrics,
        Diagnostics diagnostics,
        ActivityHistory history,
        Incidents incidents,
        BackendActions actions,
        FleetWatch fleet,
        PoolSizeAdvisor advisor) {
    private static final Logger LOG = LoggerFactory.getLogger("auth.core");
    private static final Object LOCK = new Object();

    /** The open core; null if there is none. This and all counts of shares are guarded by LOCK. */
    private static Shared current;

    /** The settings that must be equal for all servers of a JVM. */
    public record Config(
            DatabaseConfig database, DiagnosisConfig diagnosis, IncidentsConfig incidents, CapacityConfig capacity) {
        private void requireEqual(Config other) {
            requireEqual("engine", database, other.database);
            requireEqual("diagnosis", diagnosis, other.diagnosis);
            requireEqual("record of incidents", incidents, other.incidents);
            requireEqual("capacity setting", capacity, other.capacity);
        }

        private static void requireEqual(String what, Object open, Object requested) {
            if (!open.equals(requested)) {
                throw new IllegalStateException(
                        "one %s per process: it is open with %s, and cannot be opened with %s as well"
                                .formatted(what, open, requested));
            }
        }
    }

    /** One server's share of the core. Thread-safe. */
    public static final class Share implements AutoCloseable {
        private final Shared shared;
        private boolean inService = true;
        private boolean open = true;

        private Share(Shared shared) {
            this.shared = shared;
        }

        public Core core() {
            return shared.core;
        }

        /**
         * Declares that this server sends no further queries. The engine closes with the last share in service. Its
         * listeners stay registered, so that they receive the pool's last events. Idempotent.
         *
         * @param grace the maximum wait for connections in use to be checked in
         */
        public void leaveService(Duration grace) {
            synchronized (LOCK) {
                if (inService) {
                    inService = false;
                    shared.sharesInService--;
                    if (shared.sharesInService == 0) {
                        shared.core.engine.close(grace);
                    }
                }
            }
        }

        /** Ends the share; the last one closes the core. Idempotent. */
        @Override
        public void close() {
            synchronized (LOCK) {
                if (!open) {
                    return;
                }
                open = false;
                try {
                    leaveService(Duration.ZERO);
                } finally {
                    shared.shares--;
                    if (shared.shares == 0) {
                        shared.close();
                        current = null;
                        LOCK.notifyAll();
                    }
                }
            }
        }
    }

    /** The open core, what closes it, and the number of its users. */
    private static final class Shared {
        final Config config;
        final Core core;
        private final Deque<AutoCloseable> parts = new ArrayDeque<>();
        int shares;
        int sharesInService;

        Shared(Config config, Supplier<Commands> commands, Function<Core, AutoCloseable> exporter) {
            this.config = config;
            String instance = config.database().instance();
            try {
                DatabaseEngine engine = add(new DatabaseEngine(config.database()));
                FlightRecorderListener flightRecorder = new FlightRecorderListener(engine);
                add(flightRecorder.listenTo(engine));
                Metrics metrics = add(new Metrics(engine));
                Diagnostics diagnostics = add(new Diagnostics(engine, metrics, instance, config.diagnosis(), commands));
                ActivityHistory history = new ActivityHistory(metrics.history());
                diagnostics.add(history);
                Incidents incidents =
                        add(new Incidents(engine, metrics, diagnostics, history, instance, config.incidents()));
                add(flightRecorder.listenTo(diagnostics, incidents));
                incidents.recordings().ifPresent(files -> add(new IncidentRecorder(incidents, files)));
                BackendActions actions = new BackendActions(engine, instance, config.incidents());
                FleetWatch fleet = add(new FleetWatch(engine, config.capacity().budget()));
                PoolSizeAdvisor advisor = new PoolSizeAdvisor(
                        engine, metrics, fleet, config.capacity().waitTarget());
                core = new Core(engine, metrics, diagnostics, history, incidents, actions, fleet, advisor);
                add(exporter.apply(core));
            } catch (Throwable e) {
                close();
                throw e;
            }
        }

        private <T extends AutoCloseable> T add(T part) {
            parts.push(part);
            return part;
        }

        void close() {
            while (!parts.isEmpty()) {
                try {
                    parts.pop().close();
                } catch (Throwable e) { // Continue: the next server of this JVM waits until all parts are closed.
                    LOG.error("A part of the server could not be closed; the others are closed", e);
                }
            }
        }
    }

    /**
     * Opens the core of this process, or a further share of it if it is open. Waits while the engine of the previous
     * one is being closed: two pools would exceed the configured number of connections. An interrupt does not end the
     * wait; the interrupt status is kept.
     *
     * @param commands the commands that recommendations name
     * @param exporter publishes the core until it is closed; called for the first share only
     * @throws IllegalStateException if it is open with other settings
     */
    public static Share open(Config config, Supplier<Commands> commands, Function<Core, AutoCloseable> exporter) {
        synchronized (LOCK) {
            awaitPreviousClosed();
            if (current == null) {
                current = new Shared(config, commands, exporter);
            }
            current.config.requireEqual(config);
            current.shares++;
            current.sharesInService++;
            return new Share(current);
        }
    }

    private static void awaitPreviousClosed() {
        boolean interrupted = false;
        while (current != null && current.sharesInService == 0) {
            try {
                LOCK.wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
