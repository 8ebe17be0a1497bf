package app.rodmena.auth.capacity;

/** The fleet cannot be read; the message says why in one line. */
final class FleetUnavailableException extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean permanent;

    /** @param permanent whether a retry cannot succeed */
    FleetUnavailableException(String message, boolean permanent, Throwable cause) {
        super(message, cause);
        this.permanent = permanent;
    }

    boolean isPermanent() {
        return permanent;
    }
}
