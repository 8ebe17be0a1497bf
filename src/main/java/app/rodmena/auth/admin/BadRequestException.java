package app.rodmena.auth.admin;

/** Somebody asks for what can't be; the message says in a line what can. */
final class BadRequestException extends RuntimeException {
    private static final long serialVersionUID = 1;

    BadRequestException(String message) {
        super(message);
    }

    BadRequestException(String message, Throwable cause) {
        super(message, cause);
    }
}
