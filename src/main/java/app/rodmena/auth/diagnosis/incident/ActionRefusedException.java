package app.rodmena.auth.diagnosis.incident;

/** Thrown if an operator's action is impossible or not allowed. The message contains the reason, in one line. */
public final class ActionRefusedException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    ActionRefusedException(String reason) {
        super(reason);
    }
}
