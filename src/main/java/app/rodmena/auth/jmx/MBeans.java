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
    public static MBeans register(Watched watched, Optional<Loggers> loggers, ServerFacts server) {
        synchronized (LOCK) {
            if (users == 0) {
                shared = share(watched, loggers);
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

    private static Deque<AutoCloseable> share(Watched watched, Optional<Loggers> loggers) {
        DatabaseEngine engine = watched.engine();
        Metrics metrics = watched.metrics();
        Deque<AutoCloseable> parts = new ArrayDeque<>();
        shareEvents(engine, parts);
        shareIncidents(watched.incidents(), parts);
        share(parts, "type=Pool,name=auth", new PoolBean(engine, metrics));
        share(parts, "type=PoolSettings,name=auth", new PoolSettingsBean(engine));
        share(parts, "type=Connections,name=auth", new ConnectionsBean(engine));
        share(parts, "type=Statements,name=auth", new StatementsBean(metrics));
        share(parts, "type=Diagnosis", new DiagnosisBean(watched.diagnostics()));
        share(parts, "type=Remedies", new RemediesBean(watched.remedies()));
        share(parts, "type=Capacity,name=auth", new CapacityBean(watched.adviser()));
        share(parts, "type=Fleet", new FleetBean(watched.fleet()));
        loggers.ifPresent(known -> share(parts, "type=Logging", new LoggingBean(known)));
        return parts;
    }

    private static void share(Deque<AutoCloseable> parts, String keys, Object bean) {
        parts.push(add(name(keys), new DescribedMBean(bean)));
    }

    private static void shareEvents(DatabaseEngine engine, Deque<AutoCloseable> parts) {
        ObjectName name = name("type=PoolEvents,name=auth");
        Notifier notifier = new Notifier(name);
        PoolEventsBean events = new PoolEventsBean(engine.events(), engine.recentEvents(), notifier);
        engine.events().add(notifier);
        parts.push(notifier);
        parts.push(() -> engine.events().remove(notifier));
        parts.push(add(name, new NotifyingMBean(events, notifier.subscribers())));
    }

    private static void shareIncidents(Incidents incidents, Deque<AutoCloseable> parts) {
        ObjectName name = name("type=Incidents");
        IncidentNotifier notifier = new IncidentNotifier(name);
        incidents.add(notifier);
        parts.push(notifier);
        parts.push(() -> incidents.remove(notifier));
        parts.push(add(name, new NotifyingMBean(new IncidentsBean(incidents), notifier.subscribers())));
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
            return () -> remove(name);
        } catch (InstanceAlreadyExistsException e) {
            LOG.warn("{} is not registered: the name is taken by other code in this JVM", name);
            return () -> {};
        } catch (JMException e) {
            throw new IllegalStateException(name + " cannot be registered", e);
        }
    }

    private static void remove(ObjectName name) throws JMException {
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
