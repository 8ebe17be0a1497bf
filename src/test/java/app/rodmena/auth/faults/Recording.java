package app.rodmena.auth.faults;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What was observed from before a fault until after it. All times are since the probe's start.
 *
 * @param limits the settings of the server that bound what it may do
 * @param fault what was injected
 * @param pending requests that have no answer yet, by when they were sent
 * @param health answers of {@code /health}
 * @param ready answers of {@code /health/ready}
 * @param backends how many sessions of the server PostgreSQL had
 * @param baseline the server's process before the first fault
 * @param logLines what the server logged; whole lines
 * @param writes what became of every role that was created, of this and all earlier scenarios
 * @param incidents the incidents that the server lists
 * @param leaks where a secret was seen
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
        List<ProcessSample> processes,
        ProcessSample baseline,
        List<String> logLines,
        List<WriteOutcome> writes,
        List<IncidentSample> incidents,
        List<Violation> leaks) {

    /**
     * @param connections pool_size + max_overflow
     * @param answer the longest a request may take: its wait for a connection and its statement
     */
    record Limits(int connections, Duration answer) {}

    /**
     * @param recovery within which the service has to be back after the end
     * @param undelivered how many connections may end without PostgreSQL being told, so that it keeps their backends
     * @param verdict what the diagnosis has to say meanwhile, if anything in particular
     */
    record Fault(
            String name,
            Duration began,
            Duration ended,
            Duration recovery,
            int undelivered,
            Optional<ExpectedVerdict> verdict) {}

    /** @param within how soon after the fault's begin it has to be said */
    record ExpectedVerdict(String what, Predicate<DiagnosisSample> matches, Duration within) {}

    /** The five numbers are -1 where there was no answer. */
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

    /** @param situation empty where there was no diagnosis */
    record DiagnosisSample(Duration at, String situation, String text) {}

    record BackendSample(Duration at, int count) {}

    /** @param descriptors without the connections of clients */
    record ProcessSample(Duration at, int threads, int descriptors) {}

    /**
     * @param acknowledged whether it was answered with 200
     * @param notDone whether it was refused with a reason that says that nothing was done
     * @param found whether PostgreSQL has it
     */
    record WriteOutcome(
            Duration at, String role, boolean acknowledged, boolean notDone, boolean found, String reason) {}

    /** @param known whether the server still has it */
    record IncidentSample(String id, String cause, String sentence, boolean known) {}
}
