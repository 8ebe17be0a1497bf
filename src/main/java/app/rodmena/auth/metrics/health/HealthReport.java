package app.rodmena.auth.metrics.health;

import java.util.List;
import java.util.Map;

/**
 * The response to a health probe.
 *
 * @param status UP only if all checks are UP
 * @param checks the individual checks
 */
public record HealthReport(Status status, List<Check> checks) {
    /** The status of a check or of a report. */
    public enum Status {
        UP,
        DOWN;

        static Status upIf(boolean isUp) {
            return isUp ? UP : DOWN;
        }
    }

    /**
     * One check.
     *
     * @param data details: strings, numbers, booleans and instants, without secrets
     */
    public record Check(String name, Status status, Map<String, Object> data) {}

    static HealthReport of(List<Check> checks) {
        return new HealthReport(Status.upIf(checks.stream().allMatch(check -> check.status() == Status.UP)), checks);
    }

    public boolean up() {
        return status == Status.UP;
    }
}
