package app.rodmena.auth.jmx;

import app.rodmena.auth.capacity.Adviser;
import app.rodmena.auth.capacity.FleetWatch;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.diagnosis.Diagnostics;
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
 * <p>Servers of one JVM share one engine, and so the beans of the engine and of the log: the first registers them, the
 * last takes them away. Each has a bean of its own, {@code type=Server} or, while that is taken,
 * {@code type=Server,name=server-2} and so on.
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
     * Registers what is not registered yet. A name that is taken by somebody else in this JVM stays theirs, which the
     * log tells.
     *
     * @param engine open for as long as this is, as are {@code metrics}, {@code diagnostics} and {@code fleet}
     * @param loggers empty where the levels of loggers can't be changed
     */
    public static MBeans register(
            DatabaseEngine engine,
            Metrics metrics,
            Diagnostics diagnostics,
            FleetWatch fleet,
            Adviser adviser,
            Optional<Loggers> loggers,
            ServerFacts server) {
        synchronized (LOCK) {
            if (users == 0) {
                shared = share(engine, metrics, diagnostics, fleet, adviser, loggers);
            }
            users++;
            return new MBeans(add(freeServerName(), new DescribedMBean(new ServerBean(server, metrics.requests()))));
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

    private static Deque<AutoCloseable> share(
            DatabaseEngine engine,
            Metrics metrics,
            Diagnostics diagnostics,
            FleetWatch fleet,
            Adviser adviser,
            Optional<Loggers> loggers) {
        ObjectName eventsName = name("type=PoolEvents,name=auth");
        Notifier notifier = new Notifier(eventsName);
        PoolEventsBean events = new PoolEventsBean(engine.events(), engine.recentEvents(), notifier);
        engine.events().add(notifier);

        Deque<AutoCloseable> parts = new ArrayDeque<>();
        parts.push(notifier);
        parts.push(() -> engine.events().remove(notifier));
        parts.push(add(eventsName, new NotifyingMBean(events, notifier.subscribers())));
        parts.push(add(name("type=Pool,name=auth"), new DescribedMBean(new PoolBean(engine, metrics))));
        parts.push(add(name("type=PoolSettings,name=auth"), new DescribedMBean(new PoolSettingsBean(engine))));
        parts.push(add(name("type=Connections,name=auth"), new DescribedMBean(new ConnectionsBean(engine))));
        parts.push(add(name("type=Statements,name=auth"), new DescribedMBean(new StatementsBean(metrics))));
        parts.push(add(name("type=Capacity,name=auth"), new DescribedMBean(new CapacityBean(adviser))));
        parts.push(add(name("type=Diagnosis"), new DescribedMBean(new DiagnosisBean(diagnostics))));
        parts.push(add(name("type=Fleet"), new DescribedMBean(new FleetBean(fleet))));
        loggers.ifPresent(known -> parts.push(add(name("type=Logging"), new DescribedMBean(new LoggingBean(known)))));
        return parts;
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
            LOG.warn("{} is not registered: somebody else in this JVM has that name", name);
            return () -> {};
        } catch (JMException e) {
            throw new IllegalStateException(name + " can't be registered", e);
        }
    }

    private static void remove(ObjectName name) throws JMException {
        try {
            PLATFORM.unregisterMBean(name);
        } catch (InstanceNotFoundException e) {
            LOG.debug("{} was gone already", name);
        }
    }

    private static void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            LOG.warn("An MBean could not be taken away; the others are", e);
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
