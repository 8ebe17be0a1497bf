package app.rodmena.auth.faults;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The observations from before a fault until after it. All times are since the probe's start.
 *
 * @param limits the limits from the server's settings
 * @param fault the injected fault
 * @param pending the send times of requests without a response
 * @param health the responses of {@code /health}
 * @param ready the responses of {@code /health/ready}
 * @param backends the numbers of the server's sessions in PostgreSQL
 * @param baseline the server's process before the first fault
 * @param logLines the complete lines of the server's log, since its start
 * @param writes the results of all role creations, of this and all earlier scenarios
 * @param incidents the new incidents, and those named in responses that the server does not know
 * @param leaks the observations that contain a secret
 */
record Recording(
        Limits limits,
        Fault fault,
        List<Exchange> exchanges,
        List<Duration> pending,
        List<HealthSample> health,
        List<ReadySample> ready,
        List<DiagnosisSample> diagnoses,
        List<BackendSample> backends,
        ProcessSample baseline,
        ProcessSample process,
        List<String> logLines,
        List<WriteOutcome> writes,
        List<IncidentSample> incidents,
        List<Violation> leaks) {

    /**
     * @param connections pool_size + max_overflow
     * @param answer the maximum time of a request: its wait for a connection and its statement
     */
    record Limits(int connections, Duration answer) {}

    /**
     * @param recovery the time limit of the recovery after the fault's end
     * @param undelivered the maximum number of connections whose close does not reach PostgreSQL, so that it keeps
     *     their backends
     * @param verdict the expected diagnosis during the fault, if any
     */
    record Fault(
            String name,
            Duration began,
            Duration ended,
            Duration recovery,
            int undelivered,
            Optional<ExpectedVerdict> verdict) {}

    /** @param within the time limit of the diagnosis after the fault's begin */
    record ExpectedVerdict(String what, Predicate<DiagnosisSample> matches, Duration within) {}

    /** The five pool numbers are -1 without a response. */
    record HealthSample(
            Duration at,
            Duration took,
            int status,
            int poolSize,
            int checkedOut,
            int available,
            int overflow,
            int totalConnections) {
        boolean healthy() {
            return status == 200;
        }
    }

    record ReadySample(Duration at, Duration took, int status) {}

    /** @param situation empty if the response has none */
    record DiagnosisSample(Duration at, String situation, String text) {}

    record BackendSample(Duration at, int count) {}

    /**
     * @param descriptors the open file descriptors without the clients' connections
     * @param kinds the numbers of descriptors by kind, the clients' connections included
     */
    record ProcessSample(Duration at, int threads, int descriptors, Map<String, Integer> kinds) {}

    /**
     * @param acknowledged whether the write was answered with 200
     * @param notDone whether it was refused with a reason that guarantees that it had no effect
     * @param found whether the role is in PostgreSQL
     */
    record WriteOutcome(
            Duration at, String role, boolean acknowledged, boolean notDone, boolean found, String reason) {}

    /** @param known whether the server knows the incident */
    record IncidentSample(String id, String cause, String sentence, boolean known) {}
}
