package app.rodmena.auth.diagnosis.history;

/** A requested period is invalid. The message is one line that names the parameter, its value and what is allowed. */
public final class InvalidPeriodException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    InvalidPeriodException(String message) {
        super(message);
    }
}
