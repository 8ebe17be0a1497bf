package app.rodmena.auth.cli;

import java.io.PrintStream;

/** Something that is done once, by a process that ends then. */
@FunctionalInterface
public interface Command {
    /**
     * Does it.
     *
     * @param out takes what there is to say
     * @return the exit code
     * @throws CommandFailedException if it can't be done
     * @throws InterruptedException if it is to end before it is done
     */
    int run(PrintStream out) throws CommandFailedException, InterruptedException;
}
