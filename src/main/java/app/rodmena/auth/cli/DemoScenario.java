package app.rodmena.auth.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a demo can show. */
public enum DemoScenario {
    LOCK("somebody has locked a table and gone to lunch"),
    SLOW("somebody has added a trigger that takes its time"),
    LEAK("code that takes connections and does not give them back"),
    IDLE_IN_TRANSACTION("code that opens a transaction, then waits for something else"),
    KILL("backends are terminated, then PostgreSQL is killed");

    private final String meaning;

    DemoScenario(String meaning) {
        this.meaning = meaning;
    }

    /** As on the command line: {@code idle-in-transaction}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What it is, in a clause. */
    public String meaning() {
        return meaning;
    }

    public static Optional<DemoScenario> of(String word) {
        return Arrays.stream(values())
                .filter(trouble -> trouble.word().equals(word))
                .findFirst();
    }

    /** Every word there is. */
    public static List<String> words() {
        return Arrays.stream(values()).map(DemoScenario::word).toList();
    }
}
