package app.rodmena.auth.database;

/**
 * Hears of every statement. Called on the thread that ran it, by many at the same time: count, never block. What it
 * throws harms neither that thread nor other listeners.
 */
@FunctionalInterface
public interface StatementListener {
    /** A statement ended. */
    void onStatement(StatementRun run);
}
