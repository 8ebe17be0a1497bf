package app.rodmena.auth.common;

import java.time.Duration;
import java.util.Objects;

/**
 * A setting has an invalid value. Provides the setting and the rule separately, so that a caller can use its own name
 * of the setting in a message.
 */
public final class InvalidSettingException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final String setting;
    private final String rule;

    /** Creates the exception; the rule is what is allowed, such as {@code must be 1 to 1000}. */
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

    /** Requires a number from {@code min} to {@code max}. */
    public static void requireRange(String setting, int value, int min, int max) {
        require(value >= min && value <= max, setting, value, "must be %s to %s".formatted(min, max));
    }

    /** Requires a duration from {@code min} to {@code max}. */
    public static void requireRange(String setting, Duration value, Duration min, Duration max) {
        require(
                value.compareTo(min) >= 0 && value.compareTo(max) <= 0,
                setting,
                value.toMillis() + " ms",
                "must be %s to %s".formatted(DurationFormat.of(min), DurationFormat.of(max)));
    }

    public String setting() {
        return setting;
    }

    public String rule() {
        return rule;
    }
}
