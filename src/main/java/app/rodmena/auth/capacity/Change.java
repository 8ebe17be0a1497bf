package app.rodmena.auth.capacity;

import java.util.List;
import java.util.Objects;

/**
 * Something that makes a fleet fit.
 *
 * @param what what is changed
 * @param commands to be pasted, or lines of a configuration file, in order
 * @param truth what has to be known before
 */
public record Change(String what, List<String> commands, String truth) {
    public Change {
        Objects.requireNonNull(what, "what");
        commands = List.copyOf(commands);
        Objects.requireNonNull(truth, "truth");
    }
}
