package app.rodmena.auth.incidents;

import java.util.Objects;

/**
 * PostgreSQL did not say whether what an operator wants was done; the message says what is known, in a line. No
 * refusal: it may have been done, and asking again may work.
 */
public final class ActionOutcomeUnknownException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    private final transient ActionResult remedy;

    ActionOutcomeUnknownException(ActionResult remedy, Throwable cause) {
        super(remedy.outcome(), cause);
        this.remedy = Objects.requireNonNull(remedy, "remedy");
    }

    /** What was tried; its outcome is the message. For the audit log. */
    public ActionResult remedy() {
        return remedy;
    }
}
