package app.rodmena.auth.cli;

import app.rodmena.auth.security.OperatorRole;
import app.rodmena.auth.security.OperatorsException;
import app.rodmena.auth.security.OperatorsFile;
import app.rodmena.auth.settings.UsageException;
import java.io.PrintStream;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;

/** {@code ./run.sh operator add|remove|list}: maintains the operators of the admin listener, Jolokia and JMX. */
@Command(
        name = "operator",
        sortOptions = false,
        description = {
            "Maintains the operators that may log in to the admin listener, Jolokia and JMX: monitor reads, control also"
                    + " changes settings and invokes operations. add asks for a password, or reads the first line of a"
                    + " pipe; for a name that exists it changes role and password. A running server applies changes"
                    + " within a second, except that the first operator takes a restart."
        },
        customSynopsis = {
            "./run.sh operator add NAME --role monitor|control",
            "       ./run.sh operator remove NAME",
            "       ./run.sh operator list"
        })
final class OperatorCommand implements Runnable {
    private final PrintStream out;
    private final PasswordPrompt prompt;

    @Option(
            names = "--operators",
            paramLabel = "FILE",
            defaultValue = "./operators",
            scope = ScopeType.INHERIT,
            description = "The file to change (./operators); or AUTH_OPERATORS")
    private Path path;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help")
    boolean help;

    OperatorCommand(CommandContext context) {
        this.out = context.out();
        this.prompt = context.prompt();
    }

    @Override
    public void run() {
        throw new UsageException("./run.sh operator needs add, remove or list; --help describes them");
    }

    @Command(description = "Add an operator, or change its role and password")
    int add(
            @Parameters(paramLabel = "NAME") String name,
            @Option(
                            names = "--role",
                            required = true,
                            paramLabel = "monitor|control",
                            description = "monitor reads; control also changes settings and invokes operations")
                    OperatorRole role) {
        return change(file -> {
            boolean isFirst = file.list().isEmpty();
            boolean isNew = file.put(name, role, prompt.ask(name));
            out.printf("%s is %s operator of role %s in %s%n", name, isNew ? "a new" : "an", role.wireName(), path);
            if (isFirst) {
                out.printf("The first operator: a server that was started without operators needs a restart%n");
            }
        });
    }

    @Command(description = "Remove an operator")
    int remove(@Parameters(paramLabel = "NAME") String name) {
        return change(file -> {
            if (!file.remove(name)) {
                throw new UsageException("there is no operator of that name in " + path);
            }
            out.printf("%s is removed from %s%n", name, path);
        });
    }

    @Command(description = "List the operators and their roles")
    int list() {
        return change(file -> {
            if (file.list().isEmpty()) {
                out.printf("there are no operators in %s%n", path);
            }
            file.list().forEach((name, role) -> out.printf("%s %s%n", name, role.wireName()));
        });
    }

    private interface Change {
        void apply(OperatorsFile file) throws OperatorsException;
    }

    private int change(Change change) {
        try {
            change.apply(new OperatorsFile(path));
            return CommandLine.ExitCode.OK;
        } catch (OperatorsException | IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
    }
}
