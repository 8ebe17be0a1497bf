package app.rodmena.auth.diagnosis;

import java.util.Objects;

/**
 * Thrown for an invalid setting of the diagnosis. Contains the setting and the rule, so that a caller can use its own
 * name of the setting in a message.
 */
public final class InvalidDiagnosisSetting extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final String setting;
    private final String rule;

    InvalidDiagnosisSetting(String setting, Object value, String rule) {
        super("%s: %s; %s".formatted(setting, value, rule));
        this.setting = Objects.requireNonNull(setting, "setting");
        this.rule = Objects.requireNonNull(rule, "rule");
    }

    /** The name of the setting, for example {@code slow_query}. */
    public String setting() {
        return setting;
    }

    /** The allowed values, for example {@code must be 1ms to 1d}. */
    public String rule() {
        return rule;
    }
}
