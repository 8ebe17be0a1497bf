package app.rodmena.auth;

import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The command line and the environment, read into {@link Settings}. */
final class ServerOptions {
    private static final String HELP = "--help";
    private static final String VERSION = "--version";

    private final CommandLine command = command();

    /** What the command line asks for. */
    enum Wish {
        SERVE,
        HELP,
        VERSION
    }

    /**
     * What was asked, understood.
     *
     * @param settings empty of what was given unless the wish is to serve
     */
    record Parsed(Wish wish, Settings settings) {}

    /** @throws UsageError for anything unknown, incomplete or empty */
    Parsed parse(String[] arguments, Map<String, String> environment) {
        ParseResult flags = parse(arguments);
        if (flags.hasMatchedOption(HELP)) {
            return new Parsed(Wish.HELP, Settings.of(List.of(), List.of()));
        }
        if (flags.hasMatchedOption(VERSION)) {
            return new Parsed(Wish.VERSION, Settings.of(List.of(), List.of()));
        }
        return new Parsed(Wish.SERVE, Settings.of(given(flags), new Environment(environment).settings()));
    }

    /** All there is to say, as many lines as it takes. */
    String help() {
        return command.getUsageMessage(CommandLine.Help.Ansi.OFF);
    }

    private ParseResult parse(String[] arguments) {
        try {
            return command.parseArgs(arguments);
        } catch (CommandLine.UnmatchedArgumentException e) {
            throw unknown(e.getUnmatched().get(0));
        } catch (CommandLine.MissingParameterException e) {
            throw new UsageError(
                    ((OptionSpec) e.getMissing().get(0)).longestName() + " needs a value; --help says which");
        } catch (ParameterException e) {
            // Its message could quote a secret
            throw new UsageError("the command line can't be read; --help tells how it goes");
        }
    }

    /** Names no more of it than a flag's name: the rest may be a password in the wrong place. */
    private static UsageError unknown(String argument) {
        if (!argument.startsWith("-")) {
            return new UsageError("there is an argument that belongs to no flag (not shown: it could be a secret)");
        }
        String flag = argument.split("=", 2)[0];
        List<String> known = Stream.concat(
                        Stream.of(HELP, VERSION),
                        Arrays.stream(Setting.values()).map(Setting::flag))
                .toList();
        return new UsageError(flag + " is no flag of this server" + Nearest.hint(flag, known));
    }

    private static Collection<Given> given(ParseResult flags) {
        Map<Setting, Given> given = new EnumMap<>(Setting.class);
        for (Setting setting : Setting.values()) {
            if (flags.hasMatchedOption(setting.flag())) {
                List<String> values = flags.matchedOption(setting.flag()).stringValues();
                if (values.size() > 1 && !setting.isList()) {
                    throw new UsageError(
                            setting.flag() + " is given %d times; once is enough".formatted(values.size()));
                }
                given.put(setting, Given.byFlag(setting, String.join(",", values)));
            }
        }
        return given.values();
    }

    private static CommandLine command() {
        CommandSpec command = CommandSpec.create().name("./run.sh");
        command.usageMessage()
                .width(100)
                .sortOptions(false)
                .description("An authorization server on PostgreSQL whose connection pool explains itself.")
                .customSynopsis("./run.sh [flags]")
                .footer(
                        "",
                        "Every flag has an environment variable: --max-overflow is AUTH_MAX_OVERFLOW. Flags win over the",
                        "environment, both win over the defaults. A profile counts as a pool size and an overflow given in",
                        "the same place: --pool-size wins over --profile, that over AUTH_POOL_SIZE, that over AUTH_PROFILE.",
                        "Durations are written 500ms, 30s, 5m, 1h; sizes in bytes or 16k, 1m.",
                        "",
                        "Exit codes: 0 stopped as asked, 1 failed, 2 the flags or the environment can't be.");
        for (Setting.Group group : Setting.Group.values()) {
            command.addArgGroup(argGroup(group));
        }
        command.addOption(OptionSpec.builder(HELP, "-h")
                .usageHelp(true)
                .description("Show this")
                .build());
        command.addOption(OptionSpec.builder(VERSION)
                .versionHelp(true)
                .description("Show the version")
                .build());
        // A value that starts with @ is a value, not the name of a file full of flags
        return new CommandLine(command)
                .setExpandAtFiles(false)
                .setUsageHelpLongOptionsMaxWidth(34)
                .setTrimQuotes(false);
    }

    private static ArgGroupSpec argGroup(Setting.Group group) {
        ArgGroupSpec.Builder builder = ArgGroupSpec.builder()
                .heading("%n" + group.title() + "%n")
                .validate(false)
                .multiplicity("0..1");
        Arrays.stream(Setting.values())
                .filter(setting -> setting.group() == group)
                .map(ServerOptions::option)
                .forEach(builder::addArg);
        return builder.build();
    }

    private static OptionSpec option(Setting setting) {
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
}
