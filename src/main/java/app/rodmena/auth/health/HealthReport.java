package app.rodmena.auth.health;

import java.util.List;
import java.util.Map;

/**
 * What a probe is told.
 *
 * @param status UP only if every check is
 * @param checks what was looked at
 */
public record HealthReport(Status status, List<Check> checks) {
    /** Well or not. */
    public enum Status {
        UP,
        DOWN;

        static Status upIf(boolean well) {
            return well ? UP : DOWN;
        }
    }

    /**
     * One thing that was looked at.
     *
     * @param data what was seen; texts, numbers, booleans and instants, safe to show
     */
    public record Check(String name, Status status, Map<String, Object> data) {}

    static HealthReport of(List<Check> checks) {
        return new HealthReport(Status.upIf(checks.stream().allMatch(check -> check.status() == Status.UP)), checks);
    }

    public boolean up() {
        return status == Status.UP;
    }
}
