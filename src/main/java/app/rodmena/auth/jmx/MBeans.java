package app.rodmena.auth.jmx;

import app.rodmena.auth.capacity.Fleet;
import app.rodmena.auth.capacity.Fleet.FleetMember;
import app.rodmena.auth.capacity.FleetWatch;
import app.rodmena.auth.capacity.FleetWatch.FleetReading;
import app.rodmena.auth.capacity.PoolSizeAdvice;
import app.rodmena.auth.capacity.PoolSizeAdvisor;
import app.rodmena.auth.capacity.PoolSizeAdvisor.FleetForecast;
import app.rodmena.auth.core.Core;
import app.rodmena.auth.core.ServerInfo;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.diagnosis.incident.BackendActions;
import app.rodmena.auth.diagnosis.incident.BackendActions.ActionFailedException;
import app.rodmena.auth.diagnosis.incident.BackendActions.ActionResult;
import app.rodmena.auth.diagnosis.incident.Incident;
import app.rodmena.auth.diagnosis.incident.Incident.IncidentListener;
import app.rodmena.auth.diagnosis.incident.Incidents;
import app.rodmena.auth.jmx.mapping.DescribedMBean;
import app.rodmena.auth.jmx.mapping.DescribedMBean.NotifyingMBean;
import app.rodmena.auth.jmx.mapping.OpenMapping.Table;
import app.rodmena.auth.metrics.Metrics;
import app.rodmena.auth.metrics.SlowStatements.SlowStatement;
import app.rodmena.auth.pool.ConnectionView;
import app.rodmena.auth.pool.WaiterView;
import app.rodmena.auth.pool.event.PoolEvent;
import app.rodmena.auth.pool.event.PoolListener;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.Flatten;
import ch.qos.logback.classic.LoggerContext;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import javax.management.InstanceAlreadyExistsException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * MBeans in the platform's MBean server, until {@link #close}. Thread-safe.
 *
 * <p>Servers of one JVM share one core, and therefore the beans of the engine and of the log levels. Each server has
 * its own bean, {@code type=Server} or, if that name is taken, {@code type=Server,name=server-2} and so on.
 */
public final class MBeans implements AutoCloseable {
    public static final String DOMAIN = "app.rodmena.auth";

    private static final Logger LOG = LoggerFactory.getLogger("auth.jmx");
    private static final MBeanServer PLATFORM = ManagementFactory.getPlatformMBeanServer();

    private final Deque<AutoCloseable> registrations = new ArrayDeque<>();

    private MBeans() {}

    /**
     * Registers the beans of the engine and of the log levels. A bean whose name is taken by other code in this JVM is
     * not registered, and a warning is logged.
     *
     * @param core must stay open until {@link #close}
     */
    public static MBeans register(Core core) {
        MBeans beans = new MBeans();
        beans.addEvents(core.engine());
        beans.addIncidents(core.incidents());
        beans.add("type=Pool,name=auth", new PoolBean(core.engine(), core.metrics()));
        beans.add("type=PoolSettings,name=auth", new PoolSettingsBean(core.engine()));
        beans.add("type=Connections,name=auth", new ConnectionsBean(core.engine()));
        beans.add("type=Statements,name=auth", new StatementsBean(core.metrics()));
        beans.add("type=Diagnosis", new DiagnosisBean(core.diagnostics(), core.history()));
        beans.add("type=Remedies", new RemediesBean(core.actions()));
        beans.add("type=Capacity,name=auth", new CapacityBean(core.advisor()));
        beans.add("type=Fleet", new FleetBean(core.fleet()));
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext logback) {
            beans.add("type=Logging", new LoggingBean(logback));
        }
        return beans;
    }

    /** Registers one server's bean, under the first free name. */
    public static MBeans register(Core core, ServerInfo server) {
        MBeans beans = new MBeans();
        ServerBean bean = new ServerBean(server, core.metrics().requests());
        synchronized (PLATFORM) { // Another server must not take the free name before it is registered.
            beans.registrations.push(registerMBean(freeServerName(), new DescribedMBean(bean)));
        }
        return beans;
    }

    @Override
    public synchronized void close() {
        while (!registrations.isEmpty()) {
            try {
                registrations.pop().close();
            } catch (Exception e) {
                LOG.warn("An MBean could not be unregistered; the others are unregistered", e);
            }
        }
    }

    private void add(String keys, Object bean) {
        registrations.push(registerMBean(name(keys), new DescribedMBean(bean)));
    }

    private void addEvents(DatabaseEngine engine) {
        ObjectName name = name("type=PoolEvents,name=auth");
        NotificationSender<PoolEvent> sender = PoolEventsBean.sender(name);
        PoolListener listener = sender::send;
        engine.events().add(listener);
        Object bean = new PoolEventsBean(engine.events(), engine.recentEvents(), sender);
        add(name, bean, sender, () -> engine.events().remove(listener));
    }

    private void addIncidents(Incidents incidents) {
        ObjectName name = name("type=Incidents");
        NotificationSender<Incident> sender = IncidentsBean.sender(name);
        IncidentListener listener = sender::send;
        incidents.add(listener);
        add(name, new IncidentsBean(incidents), sender, () -> incidents.remove(listener));
    }

    private void add(ObjectName name, Object bean, NotificationSender<?> sender, AutoCloseable subscription) {
        registrations.push(sender);
        registrations.push(subscription);
        registrations.push(registerMBean(name, new NotifyingMBean(bean, sender)));
    }

    private static ObjectName freeServerName() {
        return IntStream.iterate(1, number -> number + 1)
                .mapToObj(number -> name(number == 1 ? "type=Server" : "type=Server,name=server-" + number))
                .filter(name -> !PLATFORM.isRegistered(name))
                .findFirst()
                .orElseThrow();
    }

    private static AutoCloseable registerMBean(ObjectName name, DescribedMBean bean) {
        try {
            PLATFORM.registerMBean(bean, name);
            return () -> {
                try {
                    PLATFORM.unregisterMBean(name);
                } catch (InstanceNotFoundException e) {
                    LOG.debug("{} was unregistered by other code in this JVM", name);
                }
            };
        } catch (InstanceAlreadyExistsException e) {
            LOG.warn("{} is not registered: the name is taken by other code in this JVM", name);
            return () -> {};
        } catch (JMException e) {
            throw new IllegalStateException(name + " cannot be registered", e);
        }
    }

    private static ObjectName name(String keys) {
        try {
            return new ObjectName(DOMAIN + ":" + keys);
        } catch (MalformedObjectNameException e) {
            throw new IllegalArgumentException(keys, e);
        }
    }

    @Description("All physical connections of the pool, and all callers waiting for one")
    record ConnectionsBean(DatabaseEngine engine) {
        @Description(
                "All physical connections; each row is consistent in itself, rows may be of slightly different instants")
        public Table<ConnectionView> getConnections() {
            return new Table<>(engine.pool().connections());
        }

        @Description("All callers waiting for a connection, in the order in which they are served")
        public List<WaiterView> getWaiters() {
            return engine.pool().waiters();
        }
    }

    @Description(
            "Statements that took longer than slow_statement, since start or since the last resetStatistics of the pool")
    record StatementsBean(Metrics metrics) {
        @Description("Statements by the sum of their slow runs, longest first; at most fifty")
        public List<SlowStatement> getByTotal() {
            return metrics.slowStatements().byTotal();
        }

        @Description("Statements by their longest run, longest first; at most fifty")
        public List<SlowStatement> getByWorst() {
            return metrics.slowStatements().byMax();
        }

        @Description(value = "Statements that PostgreSQL cancelled after statement_timeout", unit = "times")
        public long getTimeouts() {
            return metrics.slowStatements().timeouts();
        }
    }

    @Description("Sizing advice for the load of the last minute, and forecasts for other sizes")
    record CapacityBean(PoolSizeAdvisor advisor) {
        @Description("Sizing advice for the pool")
        @Flatten
        public PoolSizeAdvice getAdvised() {
            return advisor.advice();
        }

        @Description("Forecast for another fleet under another load")
        public FleetForecast whatIf(
                @Description(value = "Number of processes, 1 to 10000", unit = "processes") int workers,
                @Description(value = "Maximum connections of each, overflow included, 1 to 2000", unit = "connections")
                        int poolSize,
                @Description(value = "Load on all processes together", unit = "requests per second")
                        double requestsPerSecond) {
            return advisor.forecast(workers, poolSize, requestsPerSecond)
                    .orElseThrow(() -> new IllegalStateException(PoolSizeAdvisor.insufficientData()));
        }
    }

    @Description(
            "All processes of this server on the database: their maximum connections, and whether PostgreSQL allows them")
    record FleetBean(FleetWatch watch) {
        @Description("The fleet as a whole")
        @Flatten
        public FleetReading getOverview() {
            return watch.reading();
        }

        @Description("The fleet by instance name")
        public Table<FleetMember> getMembers() {
            return new Table<>(watch.latest().map(Fleet::members).orElse(List.of()));
        }
    }

    @Description("Actions against faults; each returns its outcome, or in a dry run the expected outcome")
    record RemediesBean(BackendActions actions) {
        @Description(
                value =
                        "Cancels the statement that runs on a connection; its caller gets an error, the connection stays open",
                hasSideEffects = true)
        public String cancelQuery(
                @Description(value = "Connection number, from Diagnosis", unit = "number") int connectionId,
                @Description("True to return the expected outcome without acting") boolean dryRun) {
            return execute(() -> actions.cancelQuery(connectionId, dryRun));
        }

        @Description(
                value = "Terminates a backend of the pool, or with --allow-terminate-others a backend that blocks one",
                hasSideEffects = true)
        public String terminateBackend(
                @Description(value = "PID of the backend, from Diagnosis", unit = "pid") int pid,
                @Description("True to return the expected outcome without acting") boolean dryRun) {
            return execute(() -> actions.terminateBackend(pid, dryRun));
        }

        private static String execute(Supplier<ActionResult> action) {
            try {
                ActionResult result = action.get();
                LocalAudit.invoked(result.summary());
                return result.outcome();
            } catch (ActionFailedException e) {
                LocalAudit.invoked(e.result().summary());
                throw e.isRefused() ? new IllegalArgumentException(e.getMessage()) : e;
            }
        }
    }
}
