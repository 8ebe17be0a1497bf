package app.rodmena.auth.cli;

import app.rodmena.auth.common.WireNamed;
import app.rodmena.auth.settings.NameSuggestion;
import app.rodmena.auth.settings.SettingValue;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * What the options of all commands have in common: values from environment variables, conversions, and errors of one
 * line, which name the option or the variable, the value and what is allowed. picocli's own messages have several lines
 * and quote arguments that could be secrets.
 */
public final class CommandOptions {
    private CommandOptions() {}

    public static final class HelpOption {
        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                description = "Show this help")
        boolean isRequested;
    }

    /**
     * Reads the options of a command that are not given from environment variables.
     *
     * @param prefix the prefix of the variables: with {@code AUTH_LOAD_}, {@code --rate} is AUTH_LOAD_RATE
     */
    public record VariableDefaults(Map<String, String> environment, String prefix) implements IDefaultValueProvider {
        @Override
        public String defaultValue(ArgSpec argument) {
            return argument instanceof OptionSpec option && option.arity().max() > 0
                    ? environment.get(variable(option))
                    : null;
        }

        private String variable(OptionSpec option) {
            return prefix + option.longestName().substring(2).replace('-', '_').toUpperCase(Locale.ROOT);
        }
    }

    /** A value is invalid, and the error must not quote it, because it may contain a secret. */
    public static final class HiddenValueException extends TypeConversionException {
        private static final long serialVersionUID = 1;

        /** @param rule what is allowed */
        public HiddenValueException(String rule) {
            super(rule);
        }
    }

    /** Converts the name of a constant. */
    public static <E extends Enum<E> & WireNamed> ITypeConverter<E> wireNames(Class<E> type) {
        return text -> WireNamed.find(type, text)
                .orElseThrow(() ->
                        new TypeConversionException("must be one of " + String.join(", ", WireNamed.names(type))));
    }

    /** The error for an option whose value is invalid; the rule says what is allowed. */
    public static ParameterException invalid(CommandSpec command, String option, String value, String rule) {
        return new ParameterException(
                command.commandLine(), rule, new TypeConversionException(rule), command.findOption(option), value);
    }

    /** The value of an option as a whole number from 1 to {@code max}; any other value is invalid. */
    public static int number(CommandSpec command, String option, String value, int max) {
        long number = value.matches("\\d{1,10}") ? Long.parseLong(value) : 0;
        if (number < 1 || number > max) {
            throw invalid(command, option, value, "must be 1 to " + max);
        }
        return (int) number;
    }

    static String message(ParameterException error) {
        if (error instanceof UnmatchedArgumentException unmatched) {
            return unknown(unmatched);
        }
        if (error instanceof MissingParameterException missing) {
            ArgSpec argument = missing.getMissing().get(0);
            return name(argument) + (argument.isOption() && !argument.required() ? " needs a value" : " is missing")
                    + "; --help lists the options";
        }
        if (error instanceof OverwrittenOptionException overwritten) {
            return name(overwritten.getOverwritten()) + " is given more than once";
        }
        if (error.getArgSpec() == null || error.getCause() == null) {
            return "invalid command line; --help lists the options";
        }
        if (error.getArgSpec().arity().max() == 0) {
            return name(error.getArgSpec()) + " takes no value";
        }
        String rule = error.getCause().getMessage();
        String name = source(error);
        return error.getCause() instanceof HiddenValueException
                ? name + " " + rule
                : "%s: %s; %s".formatted(name, SettingValue.quoted(String.valueOf(error.getValue())), rule);
    }

    /** Quotes only an option's name from the argument: the rest may be a misplaced password. */
    private static String unknown(UnmatchedArgumentException error) {
        CommandSpec command = error.getCommandLine().getCommandSpec();
        String argument = error.getUnmatched().get(0).split("=", 2)[0];
        if (argument.startsWith("-")) {
            List<String> options =
                    command.options().stream().map(OptionSpec::longestName).toList();
            return "%s is not a flag of ./%s%s"
                    .formatted(argument, command.qualifiedName(), NameSuggestion.hint(argument, options));
        }
        return "unknown command or argument (not shown: it could be a secret)"
                + NameSuggestion.hint(
                        argument, List.copyOf(command.subcommands().keySet()));
    }

    /** The variable that holds the invalid value, else the option. */
    private static String source(ParameterException error) {
        if (error.getArgSpec() instanceof OptionSpec option
                && error.getCommandLine().getDefaultValueProvider() instanceof VariableDefaults defaults
                && String.valueOf(error.getValue()).equals(defaults.defaultValue(option))) {
            return defaults.variable(option);
        }
        return name(error.getArgSpec());
    }

    private static String name(ArgSpec argument) {
        return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
    }
}
