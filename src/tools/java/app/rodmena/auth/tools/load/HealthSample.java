package app.rodmena.auth.tools.load;

/**
 * The pool's numbers as {@code GET /health} reports them.
 *
 * @param checkedOut connections in use
 * @param overflow connections open beyond pool_size
 * @param totalConnections connections open
 */
public record HealthSample(int poolSize, int checkedOut, int overflow, int totalConnections) {}
