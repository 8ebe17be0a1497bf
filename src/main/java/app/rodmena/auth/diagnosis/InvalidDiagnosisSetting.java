package app.rodmena.auth.diagnosis;

import java.util.Objects;

/**
 * A value that the diagnosis can't have. Says which setting and what is allowed, so that a caller can say it in its
 * terms.
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

    /** Its name, as {@code slow_query}. */
    public String setting() {
        return setting;
    }

    /** What is allowed, as {@code must be 1ms to 1d}. */
    public String rule() {
        return rule;
    }
}
