package app.rodmena.auth.capacity;

import java.util.List;
import java.util.Objects;

/**
 * One way to make a fleet fit.
 *
 * @param what the change
 * @param commands the commands, or the lines of a configuration file, in order
 * @param truth the caveats of the change
 */
public record PlanFix(String what, List<String> commands, String truth) {
    public PlanFix {
        Objects.requireNonNull(what, "what");
        commands = List.copyOf(commands);
        Objects.requireNonNull(truth, "truth");
    }
}
