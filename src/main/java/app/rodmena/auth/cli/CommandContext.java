package app.rodmena.auth.cli;

import java.io.PrintStream;
import java.util.Map;

/**
 * The surroundings of a command.
 *
 * @param lifecycle interrupts a command on a signal
 * @param environment the environment variables
 * @param prompt asks for the password of a new operator
 */
public record CommandContext(
        PrintStream out,
        PrintStream err,
        ProcessLifecycle lifecycle,
        Map<String, String> environment,
        PasswordPrompt prompt) {}
