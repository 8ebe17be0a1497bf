package app.rodmena.auth.pool;

import java.util.Objects;

/** A value that a pool can't have. Says which setting and what is allowed, so that a caller can say it in its terms. */
public final class InvalidPoolSetting extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final String setting;
    private final String rule;

    /**
     * Says that a setting can't be that.
     *
     * @param setting its name in the vocabulary of the pool, as {@code pool_size}
     * @param rule what is allowed
     */
    public InvalidPoolSetting(String setting, Object value, String rule) {
        super("%s: %s; %s".formatted(setting, value, rule));
        this.setting = Objects.requireNonNull(setting, "setting");
        this.rule = Objects.requireNonNull(rule, "rule");
    }

    /** Its name in the vocabulary of the pool, as {@code pool_size}. */
    public String setting() {
        return setting;
    }

    /** What is allowed, as {@code must be 1 to 1000}. */
    public String rule() {
        return rule;
    }
}
