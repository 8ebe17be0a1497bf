package app.rodmena.auth.cli;

import app.rodmena.auth.operators.OperatorRole;
import app.rodmena.auth.operators.OperatorsException;
import app.rodmena.auth.operators.OperatorsFile;
import app.rodmena.auth.settings.Setting;
import app.rodmena.auth.settings.UsageException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** {@code ./run.sh operator add|remove|list}: maintains the operators of the admin listener, Jolokia and JMX. */
final class OperatorCommand {
    static final String NAME = "operator";

    private static final String USAGE =
            "expected add NAME --role monitor|control, remove NAME or list; see ./run.sh operator --help";

    private static final String HELP =
            """
            ./run.sh operator add NAME --role monitor|control
            ./run.sh operator remove NAME
            ./run.sh operator list

            Maintains the operators that may log in to the admin listener, Jolokia and JMX: monitor reads, control also
            changes settings and invokes operations. add asks for a password, or reads the first line of a pipe; for a
            name that exists it changes role and password. A running server applies changes within a second, except that
            the first operator takes a restart.

              --operators FILE   the file to change (%s); or AUTH_OPERATORS
            """.formatted(Setting.OPERATORS.fallback().orElseThrow());

    private final PasswordPrompt prompt;

    OperatorCommand(PasswordPrompt prompt) {
        this.prompt = prompt;
    }

    /**
     * Runs the command.
     *
     * @param arguments the arguments after {@code operator}
     * @return the text to print
     * @throws UsageException for invalid arguments, or for a file that cannot be read or written
     */
    String run(List<String> arguments, Map<String, String> environment) {
        if (arguments.contains("--help") || arguments.contains("-h")) {
            return HELP;
        }
        List<String> words = new ArrayList<>(arguments);
        Optional<String> role = take(words, "--role");
        String path = take(words, Setting.OPERATORS.flag())
                .or(() -> Optional.ofNullable(environment.get(Setting.OPERATORS.variable())))
                .or(Setting.OPERATORS::fallback)
                .orElseThrow();
        String verb = words.isEmpty() ? "" : words.get(0);
        int needed = verb.equals("list") ? 1 : 2;
        if (words.size() != needed || verb.equals("add") != role.isPresent()) {
            throw new UsageException(USAGE);
        }
        try {
            OperatorsFile file = new OperatorsFile(Path.of(path));
            return switch (verb) {
                case "add" -> add(file, path, words.get(1), role.orElseThrow());
                case "remove" -> remove(file, path, words.get(1));
                case "list" -> list(file, path);
                default -> throw new UsageException(USAGE);
            };
        } catch (InvalidPathException e) {
            throw new UsageException(Setting.OPERATORS.flag() + " must be a path");
        } catch (OperatorsException | IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
    }

    private String add(OperatorsFile file, String path, String name, String word) throws OperatorsException {
        OperatorRole role =
                OperatorRole.of(word).orElseThrow(() -> new UsageException("--role must be monitor or control"));
        boolean isFirst = file.list().isEmpty();
        boolean isNew = file.put(name, role, prompt.ask(name));
        String added =
                "%s is %s operator of role %s in %s%n".formatted(name, isNew ? "a new" : "an", role.word(), path);
        return isFirst
                ? added + "The first operator: a server that was started without any takes a restart%n".formatted()
                : added;
    }

    private static String remove(OperatorsFile file, String path, String name) throws OperatorsException {
        if (!file.remove(name)) {
            throw new UsageException("there is no operator of that name in " + path);
        }
        return "%s is no operator any more in %s%n".formatted(name, path);
    }

    private static String list(OperatorsFile file, String path) throws OperatorsException {
        if (file.list().isEmpty()) {
            return "there are no operators in %s%n".formatted(path);
        }
        return file.list().entrySet().stream()
                .map(operator -> "%s %s%n"
                        .formatted(operator.getKey(), operator.getValue().word()))
                .collect(Collectors.joining());
    }

    /**
     * Removes a flag with its value from the words, written {@code --role x} or {@code --role=x}; returns the value.
     */
    private static Optional<String> take(List<String> words, String flag) {
        for (int i = 0; i < words.size(); i++) {
            if (words.get(i).startsWith(flag + "=")) {
                return Optional.of(words.remove(i).substring(flag.length() + 1));
            }
            if (words.get(i).equals(flag)) {
                if (i + 1 == words.size()) {
                    throw new UsageException(flag + " needs a value");
                }
                words.remove(i);
                return Optional.of(words.remove(i));
            }
        }
        return Optional.empty();
    }
}
