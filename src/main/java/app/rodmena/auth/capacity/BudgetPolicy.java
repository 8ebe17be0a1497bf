package app.rodmena.auth.capacity;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The policy if the maximum connections of the fleet exceed what PostgreSQL allows. */
public enum BudgetPolicy {
    /** Logs a warning and runs. Later growth that does not fit is refused. */
    WARN,
    /** Stops the process. Later growth that does not fit is refused. */
    REFUSE,
    /** Monitors the fleet but never warns or refuses. */
    OFF;

    /** The value of the setting, for example {@code warn}. */
    public String settingValue() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<BudgetPolicy> of(String value) {
        return Arrays.stream(values())
                .filter(budget -> budget.settingValue().equals(value))
                .findFirst();
    }

    /** All values of the setting. */
    public static List<String> names() {
        return Arrays.stream(values()).map(BudgetPolicy::settingValue).toList();
    }
}
