package app.rodmena.auth.capacity;

/** The fleet cannot be read; the message says why in one line. */
final class Unanswered extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean lasting;

    /** @param lasting whether retrying is useless */
    Unanswered(String message, boolean lasting, Throwable cause) {
        super(message, cause);
        this.lasting = lasting;
    }

    boolean isLasting() {
        return lasting;
    }
}
