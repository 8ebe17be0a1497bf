package app.rodmena.auth.api;

import java.util.Objects;

/**
 * An invalid value of a listener's setting. Names the setting and the allowed values, so that the caller can write a
 * message of its own.
 */
public final class InvalidHttpSetting extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final String setting;
    private final String rule;

    InvalidHttpSetting(String setting, Object value, String rule) {
        super("%s: %s; %s".formatted(setting, value, rule));
        this.setting = Objects.requireNonNull(setting, "setting");
        this.rule = Objects.requireNonNull(rule, "rule");
    }

    /** The setting's name, for example {@code max_body_size}. */
    public String setting() {
        return setting;
    }

    /** The allowed values, for example {@code must be 0 to 64m}. */
    public String rule() {
        return rule;
    }
}
