package app.rodmena.auth.operators;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What an operator may do. */
public enum Role {
    /** Reads. */
    MONITOR,
    /** Reads, invokes this server's operations and writes its settings. */
    CONTROL;

    /** As people write it: {@code monitor}, {@code control}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Role> of(String word) {
        return Arrays.stream(values()).filter(role -> role.word().equals(word)).findFirst();
    }
}
