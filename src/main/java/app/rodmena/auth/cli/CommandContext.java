package app.rodmena.auth.cli;

import java.io.PrintStream;
import java.util.Map;

/**
 * The surroundings of a command.
 *
 * @param lifecycle interrupts a command on a signal
 * @param environment the environment variables
 */
public record CommandContext(
        PrintStream out, PrintStream err, ProcessLifecycle lifecycle, Map<String, String> environment) {}
