package app.rodmena.auth.diagnosis.incident;

import java.util.Objects;

/**
 * Thrown if PostgreSQL does not confirm an operator's action. The message contains what is known, in one line. The
 * action was not refused: it may have been executed, and a retry may succeed.
 */
public final class ActionOutcomeUnknownException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    private final transient ActionResult result;

    ActionOutcomeUnknownException(ActionResult result, Throwable cause) {
        super(result.outcome(), cause);
        this.result = Objects.requireNonNull(result, "result");
    }

    /** The attempted action, for the audit log; its outcome equals the message. */
    public ActionResult result() {
        return result;
    }
}
