package app.rodmena.auth.load;

/**
 * The pool as {@code GET /health} tells it.
 *
 * @param checkedOut connections in use
 * @param overflow connections open beyond pool_size
 * @param totalConnections connections open
 */
public record PoolNumbers(int poolSize, int checkedOut, int available, int overflow, int totalConnections) {}
