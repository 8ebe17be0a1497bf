package app.rodmena.auth.settings;

import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Parses flags with picocli. Every error message is one line and quotes no text that could be a secret. */
public final class CommandLineParser {
    private CommandLineParser() {}

    public static CommandLine commandLine(CommandSpec command) {
        // A value that starts with @ is a value, not the name of an argument file.
        return new CommandLine(command)
                .setExpandAtFiles(false)
                .setUsageHelpLongOptionsMaxWidth(34)
                .setTrimQuotes(false);
    }

    /**
     * Parses a command line.
     *
     * @param whose the program the flags belong to, for error messages, for example {@code this server}
     * @throws UsageException for an unknown or incomplete flag
     */
    public static ParseResult parse(CommandLine command, String[] arguments, String whose) {
        try {
            return command.parseArgs(arguments);
        } catch (CommandLine.UnmatchedArgumentException e) {
            throw unknown(command, e.getUnmatched().get(0), whose);
        } catch (CommandLine.MissingParameterException e) {
            throw new UsageException(
                    ((OptionSpec) e.getMissing().get(0)).longestName() + " needs a value; --help says which");
        } catch (ParameterException e) {
            // Without picocli's message, which could quote a secret.
            throw new UsageException("the command line can't be read; --help tells how it goes");
        }
    }

    /** Quotes only a flag's name from the argument: the rest may be a misplaced password. */
    private static UsageException unknown(CommandLine command, String argument, String whose) {
        if (!argument.startsWith("-")) {
            return new UsageException("there is an argument that belongs to no flag (not shown: it could be a secret)");
        }
        String flag = argument.split("=", 2)[0];
        List<String> known = command.getCommandSpec().options().stream()
                .map(OptionSpec::longestName)
                .toList();
        return new UsageException("%s is no flag of %s%s".formatted(flag, whose, NameSuggestion.hint(flag, known)));
    }

    /**
     * Extracts the settings that are given as flags.
     *
     * @throws UsageException for a flag given twice that is not a list
     */
    public static Collection<SettingValue> given(ParseResult flags) {
        Map<Setting, SettingValue> given = new EnumMap<>(Setting.class);
        for (Setting setting : Setting.values()) {
            if (flags.hasMatchedOption(setting.flag())) {
                List<String> values = flags.matchedOption(setting.flag()).stringValues();
                if (values.size() > 1 && !setting.isList()) {
                    throw new UsageException(
                            setting.flag() + " is given %s times; once is enough".formatted(values.size()));
                }
                given.put(setting, SettingValue.byFlag(setting, String.join(",", values)));
            }
        }
        return given.values();
    }

    /** Creates the flag of a setting. */
    public static OptionSpec option(Setting setting) {
        OptionSpec.Builder option = OptionSpec.builder(setting.flag())
                .type(setting.isList() ? List.class : String.class)
                .auxiliaryTypes(String.class)
                .arity("1")
                .paramLabel(setting.label())
                .hideParamSyntax(!setting.isSwitch())
                .description(description(setting));
        if (setting.isSwitch()) {
            option.arity("0..1").fallbackValue("true").paramLabel("true|false");
        }
        return option.build();
    }

    private static String description(Setting setting) {
        return setting.meaning() + setting.fallback().map(" (%s)"::formatted).orElse("");
    }

    /** Creates a command's own flag with a value. */
    public static OptionSpec valued(String name, String label, String meaning, String... shorter) {
        return OptionSpec.builder(name, shorter)
                .type(String.class)
                .paramLabel(label)
                .description(meaning)
                .build();
    }

    /** Creates a command's own flag without a value. */
    public static OptionSpec present(String name, String meaning) {
        return OptionSpec.builder(name).type(boolean.class).description(meaning).build();
    }
}
