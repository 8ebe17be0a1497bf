package app.rodmena.auth.incidents;

/** What an operator wants can't be done, or must not be; the message says why, in a line. */
public final class ActionRefusedException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    ActionRefusedException(String why) {
        super(why);
    }
}
