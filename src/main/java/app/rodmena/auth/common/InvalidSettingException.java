package app.rodmena.auth.common;

import java.util.Objects;

/**
 * A setting has an invalid value. Provides the setting and the rule separately, so that a caller can use its own name
 * of the setting in a message.
 */
public final class InvalidSettingException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final String setting;
    private final String rule;

    /**
     * Creates the exception.
     *
     * @param setting the setting's name, such as {@code pool_size}
     * @param rule what is allowed, such as {@code must be 1 to 1000}
     */
    public InvalidSettingException(String setting, Object value, String rule) {
        super("%s: %s; %s".formatted(setting, value, rule));
        this.setting = Objects.requireNonNull(setting, "setting");
        this.rule = Objects.requireNonNull(rule, "rule");
    }

    /** Throws the exception unless the value is valid. */
    public static void require(boolean valid, String setting, Object value, String rule) {
        if (!valid) {
            throw new InvalidSettingException(setting, value, rule);
        }
    }

    public String setting() {
        return setting;
    }

    public String rule() {
        return rule;
    }
}
