package app.rodmena.auth.cli;

import java.io.PrintStream;

/** A command that runs once, after which the process ends. */
@FunctionalInterface
public interface Command {
    /**
     * Runs the command.
     *
     * @param out receives the output
     * @return the exit code
     * @throws CommandFailedException if the command cannot do its work
     * @throws InterruptedException if the thread is interrupted before the command is done
     */
    int run(PrintStream out) throws CommandFailedException, InterruptedException;
}
