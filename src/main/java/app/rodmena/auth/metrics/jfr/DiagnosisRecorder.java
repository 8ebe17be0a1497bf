package app.rodmena.auth.metrics.jfr;

import app.rodmena.auth.database.activity.Backend;
import app.rodmena.auth.database.activity.LockWait;
import app.rodmena.auth.diagnosis.Blocker;
import app.rodmena.auth.diagnosis.Diagnosis;
import app.rodmena.auth.diagnosis.DiagnosisListener;
import app.rodmena.auth.diagnosis.Diagnostics;
import app.rodmena.auth.diagnosis.Holder;
import app.rodmena.auth.diagnosis.incident.Incident;
import app.rodmena.auth.diagnosis.incident.IncidentListener;
import app.rodmena.auth.diagnosis.incident.Incidents;
import app.rodmena.auth.metrics.jfr.JfrEvents.IncidentJfrEvent;
import app.rodmena.auth.metrics.jfr.JfrEvents.LockWaitJfrEvent;
import java.time.Duration;
import java.util.Optional;

/**
 * Emits lock waits and incidents to the Flight Recorder: {@code auth.LockWait} and {@code auth.Incident}. Without a
 * recording, each diagnosis and each incident costs the read of a flag. Stateless.
 */
public final class DiagnosisRecorder implements DiagnosisListener, IncidentListener {
    private DiagnosisRecorder() {}

    /** Emits the events of these sources until the result is closed. */
    public static AutoCloseable register(Diagnostics diagnostics, Incidents incidents) {
        DiagnosisRecorder recorder = new DiagnosisRecorder();
        diagnostics.add(recorder);
        incidents.add(recorder);
        return () -> {
            incidents.remove(recorder);
            diagnostics.remove(recorder);
        };
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
