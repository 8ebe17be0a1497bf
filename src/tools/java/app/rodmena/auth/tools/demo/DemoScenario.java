package app.rodmena.auth.tools.demo;

import app.rodmena.auth.common.WireNamed;
import java.util.Locale;

/** The failures that a demo can show. */
public enum DemoScenario implements WireNamed {
    LOCK("a session holds a table lock and is idle"),
    SLOW("a trigger makes every insert slow"),
    LEAK("code takes connections and does not return them"),
    IDLE_IN_TRANSACTION("code opens a transaction, then waits for another service"),
    KILL("backends are terminated, then PostgreSQL is killed");

    private final String meaning;

    DemoScenario(String meaning) {
        this.meaning = meaning;
    }

    @Override
    public String wireName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The description, a clause for the help. */
    public String meaning() {
        return meaning;
    }
}
