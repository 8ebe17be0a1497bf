package app.rodmena.auth.database;

import java.time.Duration;

/** Hears of every statement. Called on the thread that ran it, by many at the same time: count, never block. */
@FunctionalInterface
public interface StatementListener {
    /** The name of statements that have none. */
    String UNNAMED = "unnamed";

    /**
     * A statement ended.
     *
     * @param name the statement's name, as {@code roles.list}; {@link #UNNAMED} where it has none
     * @param took from sending it until its answer began
     * @param succeeded whether PostgreSQL did what was asked
     */
    void onStatement(String name, Duration took, boolean succeeded);
}
