package app.rodmena.auth.capacity;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a process does whose connections, with those of all others like it, are more than PostgreSQL has. */
public enum Budget {
    /** It says so, and goes on. Later growth that would not fit is refused. */
    WARN,
    /** It ends. Later growth that would not fit is refused. */
    REFUSE,
    /** It looks, but has no opinion. */
    OFF;

    /** The word for it, as {@code warn}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Budget> of(String word) {
        return Arrays.stream(values())
                .filter(budget -> budget.word().equals(word))
                .findFirst();
    }

    /** Every word there is. */
    public static List<String> words() {
        return Arrays.stream(values()).map(Budget::word).toList();
    }
}
