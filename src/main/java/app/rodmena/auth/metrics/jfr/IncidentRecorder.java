package app.rodmena.auth.metrics.jfr;

import app.rodmena.auth.common.DaemonThreads;
import app.rodmena.auth.diagnosis.incident.Incident;
import app.rodmena.auth.diagnosis.incident.Incident.IncidentListener;
import app.rodmena.auth.diagnosis.incident.IncidentDirectory;
import app.rodmena.auth.diagnosis.incident.Incidents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.RecordingState;
import jdk.jfr.consumer.RecordingFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a recording of the Flight Recorder in memory, and stores it when an incident has ended, or 30 s after its
 * start. Storing it empties the memory. Thread-safe.
 *
 * <p>It records only events that contain no environment variables, command lines, system properties or exception
 * messages. Recordings of one JVM share their data, so that nothing is stored while another one runs, which may record
 * such events; and every file is checked for other events before it is kept.
 */
public final class IncidentRecorder implements IncidentListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("auth.incidents");

    private static final Duration AFTER_START = Duration.ofSeconds(30);
    private static final Duration LONG_ENOUGH = Duration.ofMillis(20);
    private static final Duration LONG_USE = Duration.ofMillis(200);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);
    private static final long MAX_BYTES = 32 * 1024 * 1024;

    /** Further incidents at the same time have the same recording, and get none of their own. */
    private static final int MAX_PENDING = 3;

    private static final String CHECKOUT = "auth.Checkout";
    private static final String SAMPLE = "jdk.ExecutionSample";

    /** Events that are recorded at once. */
    private static final Set<String> PLAIN = Set.of(
            PoolJfrEvent.NAME,
            "auth.Connect",
            "auth.Timeout",
            "auth.SlowStatement",
            "auth.LockWait",
            "auth.Incident",
            "jdk.CPULoad",
            "jdk.GarbageCollection",
            "jdk.GCHeapSummary");

    /** Events that are recorded if they take long. */
    private static final Set<String> LONG =
            Set.of("jdk.JavaMonitorEnter", "jdk.ThreadPark", "jdk.ThreadSleep", "jdk.SocketRead");

    /** The recorder's own, which no setting turns off. */
    private static final String BUILT_IN = "jdk.DataLoss";

    private final Incidents incidents;
    private final IncidentDirectory files;

    /** Null until it has started: creating one starts the Flight Recorder, which takes long, or fails. */
    private volatile Recording recording;

    private volatile boolean closed;

    /** The ids of incidents that have begun and are not stored yet; guarded by itself. */
    private final Set<String> pending = new TreeSet<>();

    private final ScheduledThreadPoolExecutor thread =
            new ScheduledThreadPoolExecutor(1, DaemonThreads.named("incident-recorder"));

    /**
     * Starts the recording asynchronously: the Flight Recorder takes most of a second to start.
     *
     * @param files the directory for recordings
     */
    public IncidentRecorder(Incidents incidents, IncidentDirectory files) {
        this.incidents = incidents;
        this.files = files;
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        thread.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy()); // After close()
        thread.execute(this::record);
        incidents.add(this);
    }

    private void record() {
        try {
            Recording starting = new Recording();
            starting.setName("auth-incidents");
            starting.setToDisk(false);
            PLAIN.forEach(starting::enable);
            LONG.forEach(name -> starting.enable(name).withThreshold(LONG_ENOUGH));
            starting.enable(CHECKOUT).withThreshold(LONG_USE);
            starting.enable(SAMPLE).withPeriod(LONG_ENOUGH);
            starting.disable("jdbi.statement"); // Its class is loaded later.
            disableOthers(starting);
            starting.start();
            recording = starting;
            if (closed) {
                starting.close();
            }
        } catch (RuntimeException | Error e) { // A JVM without the Flight Recorder
            LOG.warn("Incidents are not recorded by the Flight Recorder: {}", e.toString());
        }
    }

    /** Disables the events of libraries, which are recorded by default once their classes are loaded. */
    private static void disableOthers(Recording recording) {
        FlightRecorder.getFlightRecorder().getEventTypes().stream()
                .map(EventType::getName)
                .filter(name -> !isRecorded(name))
                .forEach(recording::disable);
    }

    private static boolean isRecorded(String event) {
        return PLAIN.contains(event) || LONG.contains(event) || event.equals(CHECKOUT) || event.equals(SAMPLE);
    }

    @Override
    public void onIncident(Incident incident) {
        if (files.find(incident.id()).isPresent()) {
            return; // A later recording of the same incident would not contain its start.
        }
        synchronized (pending) {
            if (pending.size() >= MAX_PENDING || !pending.add(incident.id())) {
                return;
            }
        }
        storeAfter(AFTER_START, incident.id());
    }

    @Override
    public void onIncidentEnded(Incident incident) {
        storeAfter(Duration.ZERO, incident.id());
    }

    @SuppressWarnings("FutureReturnValueIgnored") // store catches every exception.
    private void storeAfter(Duration delay, String id) {
        thread.schedule(() -> store(id), delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void store(String id) {
        synchronized (pending) {
            if (!pending.remove(id) || recording == null) {
                return;
            }
        }
        try {
            disableOthers(recording); // Of classes loaded since; for the next recording
            requireAlone();
            files.store(id, this::dump);
            LOG.info("Incident {}: its recording is in {}", id, files.find(id).orElse(files.path()));
        } catch (IOException | RuntimeException | Error e) {
            LOG.warn("Incident {}: its recording is not kept: {}", id, e.toString());
        }
    }

    private void requireAlone() throws IOException {
        for (Recording other : FlightRecorder.getFlightRecorder().getRecordings()) {
            if (other.getId() != recording.getId() && other.getState() == RecordingState.RUNNING) {
                throw new IOException("recording \"%s\" runs, too; dump that one".formatted(other.getName()));
            }
        }
    }

    private void dump(Path file) throws IOException {
        recording.dump(file);
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException("it has %s bytes; the maximum is %s".formatted(Files.size(file), MAX_BYTES));
        }
        try (RecordingFile recorded = new RecordingFile(file)) {
            while (recorded.hasMoreEvents()) {
                String event = recorded.readEvent().getEventType().getName();
                if (!isRecorded(event) && !event.equals(BUILT_IN)) {
                    throw new IOException("it has the event %s, which may contain secrets".formatted(event));
                }
            }
        }
    }

    /** Stores the recordings of incidents that have none yet, and stops. */
    @Override
    public void close() {
        incidents.remove(this);
        synchronized (pending) {
            pending.forEach(id -> thread.execute(() -> store(id)));
        }
        DaemonThreads.stop(thread, CLOSE_TIMEOUT);
        closed = true;
        if (recording != null) {
            recording.close();
        }
    }
}
