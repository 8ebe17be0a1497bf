package app.rodmena.auth.database;

/**
 * Is notified of each statement, on the thread that ran it, concurrently; must not block. Its exceptions affect neither
 * that thread nor other listeners.
 */
@FunctionalInterface
public interface StatementListener {
    void onStatement(StatementExecution execution);
}
