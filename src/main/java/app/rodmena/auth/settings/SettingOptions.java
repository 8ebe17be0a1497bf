package app.rodmena.auth.settings;

import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The settings as options of a picocli command. */
public final class SettingOptions {
    private SettingOptions() {}

    public static void add(CommandSpec command, Collection<Setting> settings) {
        settings.forEach(setting -> command.addOption(option(setting)));
    }

    /** Adds an option for every setting, under the headings of their groups. */
    public static void addGroups(CommandSpec command) {
        for (Setting.Group group : Setting.Group.values()) {
            ArgGroupSpec.Builder builder = ArgGroupSpec.builder()
                    .heading("%n" + group.title() + "%n")
                    .validate(false)
                    .multiplicity("0..1");
            Arrays.stream(Setting.values())
                    .filter(setting -> setting.group() == group)
                    .map(SettingOptions::option)
                    .forEach(builder::addArg);
            command.addArgGroup(builder.build());
        }
    }

    /**
     * The effective settings of a command line and an environment.
     *
     * @throws UsageException for a flag given twice that is not a list, an empty value or an unknown variable
     */
    public static ResolvedSettings resolve(ParseResult flags, Map<String, String> environment) {
        Map<Setting, SettingValue> given = new EnumMap<>(Setting.class);
        for (Setting setting : Setting.values()) {
            if (flags.hasMatchedOption(setting.flag())) {
                List<String> values = flags.matchedOption(setting.flag()).stringValues();
                if (values.size() > 1 && !setting.isList()) {
                    throw new UsageException(setting.flag() + " is given %s times".formatted(values.size()));
                }
                given.put(setting, SettingValue.byFlag(setting, String.join(",", values)));
            }
        }
        return ResolvedSettings.of(given.values(), new EnvironmentVariables(environment).settings());
    }

    private static OptionSpec option(Setting setting) {
        OptionSpec.Builder option = OptionSpec.builder(setting.flag())
                .type(setting.isList() ? List.class : String.class)
                .auxiliaryTypes(String.class)
                .arity(setting.isSwitch() ? "0..1" : "1")
                .paramLabel(setting.isSwitch() ? "true|false" : setting.label())
                .hideParamSyntax(!setting.isSwitch())
                .description(setting.meaning()
                        + setting.fallback().map(" (%s)"::formatted).orElse(""));
        return (setting.isSwitch() ? option.fallbackValue("true") : option).build();
    }
}
