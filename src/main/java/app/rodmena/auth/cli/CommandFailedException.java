package app.rodmena.auth.cli;

/** A command could not do what it was asked; the message says why in one line, and shows no secret. */
public final class CommandFailedException extends Exception {
    private static final long serialVersionUID = 1;

    CommandFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
