package app.rodmena.auth.capacity;

import java.util.List;

/**
 * One way to make a fleet fit.
 *
 * @param description the change
 * @param commands the commands, or the lines of a configuration file, in order
 * @param caveats the caveats of the change
 */
public record PlanFix(String description, List<String> commands, String caveats) {
    public PlanFix {
        commands = List.copyOf(commands);
    }
}
