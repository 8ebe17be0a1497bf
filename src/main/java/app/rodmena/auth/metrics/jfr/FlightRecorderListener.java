package app.rodmena.auth.metrics.jfr;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.StatementExecution;
import app.rodmena.auth.database.StatementExecution.StatementListener;
import app.rodmena.auth.database.activity.Backend;
import app.rodmena.auth.database.activity.LockWait;
import app.rodmena.auth.database.activity.SqlMask;
import app.rodmena.auth.diagnosis.Blocker;
import app.rodmena.auth.diagnosis.Diagnosis;
import app.rodmena.auth.diagnosis.Diagnostics;
import app.rodmena.auth.diagnosis.Diagnostics.DiagnosisListener;
import app.rodmena.auth.diagnosis.Holder;
import app.rodmena.auth.diagnosis.incident.Incident;
import app.rodmena.auth.diagnosis.incident.Incident.IncidentListener;
import app.rodmena.auth.diagnosis.incident.Incidents;
import app.rodmena.auth.metrics.jfr.JfrEvents.CheckoutJfrEvent;
import app.rodmena.auth.metrics.jfr.JfrEvents.ConnectJfrEvent;
import app.rodmena.auth.metrics.jfr.JfrEvents.IncidentJfrEvent;
import app.rodmena.auth.metrics.jfr.JfrEvents.LockWaitJfrEvent;
import app.rodmena.auth.metrics.jfr.JfrEvents.SlowStatementJfrEvent;
import app.rodmena.auth.metrics.jfr.JfrEvents.TimeoutJfrEvent;
import app.rodmena.auth.pool.event.PoolEvent;
import app.rodmena.auth.pool.event.PoolEventKind;
import app.rodmena.auth.pool.event.PoolListener;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import jdk.jfr.Event;

/**
 * Emits the pool's events, its lock waits and its incidents to the Flight Recorder: {@code auth.Connect},
 * {@code auth.Checkout}, {@code auth.Timeout}, {@code auth.SlowStatement}, {@code auth.LockWait}, {@code auth.Incident}
 * and {@code auth.Pool}. Without a recording, each costs the read of a flag. Thread-safe. All servers of a process
 * share one.
 */
public final class FlightRecorderListener
        implements PoolListener, StatementListener, DiagnosisListener, IncidentListener {
    /** Loads the event classes: a recording lists only events whose classes are loaded before it ends. */
    static final List<Event> EVENTS = List.of(
            new ConnectJfrEvent(),
            new CheckoutJfrEvent(),
            new TimeoutJfrEvent(),
            new SlowStatementJfrEvent(),
            new LockWaitJfrEvent(),
            new IncidentJfrEvent());

    /** Recorded checkouts that have not ended, by connection. */
    private final Map<Integer, CheckoutJfrEvent> openCheckouts = new ConcurrentHashMap<>();

    private final Supplier<Duration> slowStatement;

    /** @param engine the source of the slow_statement setting */
    public FlightRecorderListener(DatabaseEngine engine) {
        this(() -> engine.pool().settings().slowStatement());
    }

    /** @param slowStatement the duration from which a statement is slow */
    FlightRecorderListener(Supplier<Duration> slowStatement) {
        this.slowStatement = slowStatement;
    }

    /** Emits the events of this engine until the result is closed. */
    public AutoCloseable listenTo(DatabaseEngine engine) {
        engine.events().add(this);
        engine.add(this);
        PoolJfrEvent poolEvent = new PoolJfrEvent(engine.pool()::view);
        return () -> {
            poolEvent.close();
            engine.events().remove(this);
            engine.remove(this);
        };
    }

    /** Emits the lock waits and incidents of these sources until the result is closed. */
    public AutoCloseable listenTo(Diagnostics diagnostics, Incidents incidents) {
        diagnostics.add(this);
        incidents.add(this);
        return () -> {
            incidents.remove(this);
            diagnostics.remove(this);
        };
    }

    @Override
    public void onEvent(PoolEvent event) {
        switch (event.kind()) {
            case CONNECT, CONNECT_FAILED -> connected(event);
            case CHECKOUT -> checkedOut(event);
            case CHECKIN -> checkedIn(event);
            case TIMEOUT, DEADLINE, SHED -> timedOut(event);
            default -> {}
        }
    }

    @Override
    public void onStatement(StatementExecution execution) {
        SlowStatementJfrEvent slow = new SlowStatementJfrEvent();
        if (slow.isEnabled() && execution.took().compareTo(slowStatement.get()) > 0) {
            slow.statement = execution.name();
            slow.sql = SqlMask.mask(execution.sql());
            slow.statementTime = execution.took().toNanos();
            slow.setRequest(execution.route(), execution.ids());
            slow.sqlState = execution.sqlState();
            slow.commit();
        }
    }

    @Override
    public void onDiagnosis(Diagnosis diagnosis) {
        if (new LockWaitJfrEvent().isEnabled()) {
            diagnosis.holders().forEach(holder -> holder.culprit().ifPresent(blocker -> lockWait(holder, blocker)));
        }
    }

    @Override
    public void onIncident(Incident incident) {
        incident(incident, false);
    }

    @Override
    public void onIncidentEnded(Incident incident) {
        incident(incident, true);
    }

    private static void connected(PoolEvent event) {
        ConnectJfrEvent connect = new ConnectJfrEvent();
        if (connect.isEnabled()) {
            connect.connection = event.connectionId();
            connect.backendPid = event.backendPid();
            connect.connectTime = event.took().toNanos();
            connect.opened = event.kind() == PoolEventKind.CONNECT;
            connect.cause = event.cause();
            connect.commit();
        }
    }

    private void checkedOut(PoolEvent event) {
        CheckoutJfrEvent checkout = new CheckoutJfrEvent();
        if (checkout.isEnabled()) {
            checkout.begin();
            checkout.waitTime = event.took().toNanos();
            openCheckouts.put(event.connectionId(), checkout);
        }
    }

    private void checkedIn(PoolEvent event) {
        if (openCheckouts.isEmpty()) {
            return;
        }
        CheckoutJfrEvent checkout = openCheckouts.remove(event.connectionId());
        if (checkout != null) {
            checkout.end();
            if (checkout.shouldCommit()) {
                checkout.connection = event.connectionId();
                checkout.backendPid = event.backendPid();
                checkout.useTime = event.took().toNanos();
                checkout.setCaller(event.caller());
                checkout.callers = event.caller().count();
                checkout.commit();
            }
        }
    }

    private static void timedOut(PoolEvent event) {
        TimeoutJfrEvent timeout = new TimeoutJfrEvent();
        if (timeout.isEnabled()) {
            timeout.waitTime = event.took().toNanos();
            timeout.setCaller(event.caller());
            timeout.cause = event.cause();
            timeout.commit();
        }
    }

    private static void lockWait(Holder holder, Blocker blocker) {
        LockWaitJfrEvent event = new LockWaitJfrEvent();
        Optional<LockWait> lock = holder.backend().flatMap(Backend::lockWait);
        event.connection = holder.connectionId();
        event.backendPid = holder.backendPid();
        event.route = holder.route();
        event.statement = holder.lastSql();
        event.lock = lock.map(LockWait::what).orElse("");
        event.mode = lock.map(LockWait::mode).orElse("");
        event.waitTime = holder.backend()
                .flatMap(Backend::queryFor)
                .orElse(holder.heldFor())
                .toNanos();
        event.blocker = blocker.label();
        event.blockerPid = blocker.pid();
        event.blockerKind = blocker.kind().name();
        event.blockerState = blocker.state();
        event.blockerStatement = blocker.query();
        event.commit();
    }

    private static void incident(Incident incident, boolean ended) {
        IncidentJfrEvent event = new IncidentJfrEvent();
        if (event.isEnabled()) {
            event.id = incident.id();
            event.cause = incident.cause().name();
            event.sentence = incident.sentence();
            event.ended = ended;
            event.lasted = incident.lasted().orElse(Duration.ZERO).toNanos();
            event.commit();
        }
    }
}
