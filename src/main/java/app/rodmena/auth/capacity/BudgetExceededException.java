package app.rodmena.auth.capacity;

/**
 * The fleet has no room for this process, and the budget is {@code refuse}. The message has the numbers in one line.
 */
public final class BudgetExceededException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    BudgetExceededException(String message) {
        super(message);
    }
}
