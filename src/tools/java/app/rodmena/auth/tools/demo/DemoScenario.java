package app.rodmena.auth.tools.demo;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The failures that a demo can show. */
public enum DemoScenario {
    LOCK("a session holds a table lock and is idle"),
    SLOW("a trigger makes every insert slow"),
    LEAK("code takes connections and does not return them"),
    IDLE_IN_TRANSACTION("code opens a transaction, then waits for another service"),
    KILL("backends are terminated, then PostgreSQL is killed");

    private final String meaning;

    DemoScenario(String meaning) {
        this.meaning = meaning;
    }

    /** The name on the command line, for example {@code idle-in-transaction}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The description, a clause for the help. */
    public String meaning() {
        return meaning;
    }

    public static Optional<DemoScenario> of(String word) {
        return Arrays.stream(values())
                .filter(trouble -> trouble.word().equals(word))
                .findFirst();
    }

    /** The names of all scenarios on the command line. */
    public static List<String> words() {
        return Arrays.stream(values()).map(DemoScenario::word).toList();
    }
}
