package app.rodmena.auth.cli;

import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

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

    String variable(OptionSpec option) {
        return prefix + option.longestName().substring(2).replace('-', '_').toUpperCase(Locale.ROOT);
    }
}
