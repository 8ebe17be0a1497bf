package app.rodmena.auth.pool;

import java.util.Objects;

/**
 * A pool setting has an invalid value. Provides the setting and the rule separately, so that a caller can use its own
 * names.
 */
public final class InvalidPoolSetting extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final String setting;
    private final String rule;

    /**
     * Creates the exception.
     *
     * @param setting the setting in the pool's vocabulary, such as {@code pool_size}
     * @param rule what is allowed
     */
    public InvalidPoolSetting(String setting, Object value, String rule) {
        super("%s: %s; %s".formatted(setting, value, rule));
        this.setting = Objects.requireNonNull(setting, "setting");
        this.rule = Objects.requireNonNull(rule, "rule");
    }

    /** The setting in the pool's vocabulary, such as {@code pool_size}. */
    public String setting() {
        return setting;
    }

    /** What is allowed, such as {@code must be 1 to 1000}. */
    public String rule() {
        return rule;
    }
}
