package app.rodmena.auth.cli;

import app.rodmena.auth.settings.NameSuggestion;
import app.rodmena.auth.settings.SettingValue;
import java.util.List;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Describes invalid command lines in one line, which names the option or the variable, the value and what is allowed.
 * picocli's own messages have several lines and quote arguments that could be secrets.
 */
public final class UsageErrors {
    private UsageErrors() {}

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
