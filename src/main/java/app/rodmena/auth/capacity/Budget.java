package app.rodmena.auth.capacity;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The policy if the maximum connections of the fleet exceed what PostgreSQL allows. */
public enum Budget {
    /** Logs a warning and runs. Later growth that does not fit is refused. */
    WARN,
    /** Stops the process. Later growth that does not fit is refused. */
    REFUSE,
    /** Monitors the fleet but never warns or refuses. */
    OFF;

    /** The value of the setting, for example {@code warn}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Budget> of(String word) {
        return Arrays.stream(values())
                .filter(budget -> budget.word().equals(word))
                .findFirst();
    }

    /** All values of the setting. */
    public static List<String> words() {
        return Arrays.stream(values()).map(Budget::word).toList();
    }
}
