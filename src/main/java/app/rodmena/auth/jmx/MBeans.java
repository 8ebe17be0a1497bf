package app.rodmena.auth.jmx;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.incidents.Incidents;
import app.rodmena.auth.mbean.DescribedMBean;
import app.rodmena.auth.mbean.NotifyingMBean;
import app.rodmena.auth.metrics.Metrics;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
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
 * A server's MBeans in the platform's MBean server, from {@link #register} until {@link #close}. Thread-safe.
 *
 * <p>Servers of one JVM share one engine, and therefore the beans of the engine and of the log levels: the first server
 * registers them, the last one unregisters them. Each server has its own bean, {@code type=Server} or, if that name is
 * taken, {@code type=Server,name=server-2} and so on.
 */
public final class MBeans implements AutoCloseable {
    public static final String DOMAIN = "app.rodmena.auth";

    private static final Logger LOG = LoggerFactory.getLogger("auth.jmx");
    private static final MBeanServer PLATFORM = ManagementFactory.getPlatformMBeanServer();

    private static final Object LOCK = new Object();
    private static Deque<AutoCloseable> shared;
    private static int users;

    private final AutoCloseable server;
    private boolean closed;

    private MBeans(AutoCloseable server) {
        this.server = server;
    }

    /**
     * Registers the server's bean, and the shared beans if this is the first server. A shared bean whose name is taken
     * by other code in this JVM is not registered; the log says so.
     *
     * @param watched must stay open until {@link #close}
     * @param loggers empty if the log levels cannot be changed
     */
    public static MBeans register(MonitoredEngine watched, Optional<LoggerLevels> loggers, ServerInfo server) {
        synchronized (LOCK) {
            if (users == 0) {
                shared = registerShared(watched, loggers);
            }
            users++;
            ServerBean bean = new ServerBean(server, watched.metrics().requests());
            return new MBeans(add(freeServerName(), new DescribedMBean(bean)));
        }
    }

    @Override
    public void close() {
        synchronized (LOCK) {
            if (closed) {
                return;
            }
            closed = true;
            close(server);
            if (--users == 0) {
                shared.forEach(MBeans::close);
            }
        }
    }

    private static Deque<AutoCloseable> registerShared(MonitoredEngine watched, Optional<LoggerLevels> loggers) {
        DatabaseEngine engine = watched.engine();
        Metrics metrics = watched.metrics();
        Deque<AutoCloseable> registrations = new ArrayDeque<>();
        registerEvents(engine, registrations);
        registerIncidents(watched.incidents(), registrations);
        registerShared(registrations, "type=Pool,name=auth", new PoolBean(engine, metrics));
        registerShared(registrations, "type=PoolSettings,name=auth", new PoolSettingsBean(engine));
        registerShared(registrations, "type=Connections,name=auth", new ConnectionsBean(engine));
        registerShared(registrations, "type=Statements,name=auth", new StatementsBean(metrics));
        registerShared(registrations, "type=Diagnosis", new DiagnosisBean(watched.diagnostics()));
        registerShared(registrations, "type=Remedies", new RemediesBean(watched.remedies()));
        registerShared(registrations, "type=Capacity,name=auth", new CapacityBean(watched.adviser()));
        registerShared(registrations, "type=Fleet", new FleetBean(watched.fleet()));
        loggers.ifPresent(levels -> registerShared(registrations, "type=Logging", new LoggingBean(levels)));
        return registrations;
    }

    private static void registerShared(Deque<AutoCloseable> registrations, String keys, Object bean) {
        registrations.push(add(name(keys), new DescribedMBean(bean)));
    }

    private static void registerEvents(DatabaseEngine engine, Deque<AutoCloseable> registrations) {
        ObjectName name = name("type=PoolEvents,name=auth");
        EventNotifier notifier = new EventNotifier(name);
        PoolEventsBean events = new PoolEventsBean(engine.events(), engine.recentEvents(), notifier);
        engine.events().add(notifier);
        registrations.push(notifier);
        registrations.push(() -> engine.events().remove(notifier));
        registrations.push(add(name, new NotifyingMBean(events, notifier.subscribers())));
    }

    private static void registerIncidents(Incidents incidents, Deque<AutoCloseable> registrations) {
        ObjectName name = name("type=Incidents");
        IncidentNotifier notifier = new IncidentNotifier(name);
        incidents.add(notifier);
        registrations.push(notifier);
        registrations.push(() -> incidents.remove(notifier));
        registrations.push(add(name, new NotifyingMBean(new IncidentsBean(incidents), notifier.subscribers())));
    }

    private static ObjectName freeServerName() {
        return IntStream.iterate(1, number -> number + 1)
                .mapToObj(number -> name(number == 1 ? "type=Server" : "type=Server,name=server-" + number))
                .filter(name -> !PLATFORM.isRegistered(name))
                .findFirst()
                .orElseThrow();
    }

    private static AutoCloseable add(ObjectName name, DescribedMBean bean) {
        try {
            PLATFORM.registerMBean(bean, name);
            return () -> unregister(name);
        } catch (InstanceAlreadyExistsException e) {
            LOG.warn("{} is not registered: the name is taken by other code in this JVM", name);
            return () -> {};
        } catch (JMException e) {
            throw new IllegalStateException(name + " cannot be registered", e);
        }
    }

    private static void unregister(ObjectName name) throws JMException {
        try {
            PLATFORM.unregisterMBean(name);
        } catch (InstanceNotFoundException e) {
            LOG.debug("{} was unregistered already", name);
        }
    }

    private static void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            LOG.warn("An MBean could not be unregistered; the others are unregistered", e);
        }
    }

    private static ObjectName name(String keys) {
        try {
            return new ObjectName(DOMAIN + ":" + keys);
        } catch (MalformedObjectNameException e) {
            throw new IllegalArgumentException(keys, e);
        }
    }
}
