package app.rodmena.auth.cli;

import picocli.CommandLine.Option;

/** The option {@code --help} of a command. */
public final class HelpOption {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help")
    boolean isRequested;
}
