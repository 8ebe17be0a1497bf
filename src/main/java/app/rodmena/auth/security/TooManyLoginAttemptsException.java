package app.rodmena.auth.security;

/** A login attempt was rejected without verifying the password, because too many attempts are waiting. */
public final class TooManyLoginAttemptsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    TooManyLoginAttemptsException() {
        super("Too many login attempts are waiting; try again in a second");
    }
}
