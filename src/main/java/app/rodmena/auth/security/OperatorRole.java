package app.rodmena.auth.security;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The permissions of an operator. */
public enum OperatorRole {
    /** May read. */
    MONITOR,
    /** May read, invoke this server's operations and change its settings. */
    CONTROL;

    /** The role in configuration, files and messages: {@code monitor}, {@code control}. */
    public String settingValue() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<OperatorRole> of(String settingValue) {
        return Arrays.stream(values())
                .filter(role -> role.settingValue().equals(settingValue))
                .findFirst();
    }
}
