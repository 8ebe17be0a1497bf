package app.rodmena.auth.capacity;

/** This process does not fit, and was told not to run then. The message says by how much, in one line. */
public final class BudgetExceeded extends IllegalStateException {
    private static final long serialVersionUID = 1;

    BudgetExceeded(String message) {
        super(message);
    }
}
