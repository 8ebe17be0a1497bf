package app.rodmena.auth.http;

import java.util.Objects;

/**
 * A value that a listener can't have. Says which setting and what is allowed, so that a caller can say it in its terms.
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

    /** Its name, as {@code max_body_size}. */
    public String setting() {
        return setting;
    }

    /** What is allowed, as {@code must be 0 to 64m}. */
    public String rule() {
        return rule;
    }
}
