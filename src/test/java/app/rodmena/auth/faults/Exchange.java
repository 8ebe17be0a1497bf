package app.rodmena.auth.faults;

import java.time.Duration;

/**
 * One request of a client and its answer.
 *
 * @param tenant which of the tenants asked
 * @param request method and path
 * @param sent when, since the probe's start
 * @param answered when, since the probe's start
 * @param status the HTTP status; 0 without an answer
 * @param reason {@code details.reason} of a refusal; empty otherwise
 * @param incident {@code details.incident} of a refusal; empty if there is none
 * @param detail the beginning of the body, or why there is no answer
 */
record Exchange(
        int tenant,
        String request,
        Duration sent,
        Duration answered,
        int status,
        String reason,
        String incident,
        Outcome outcome,
        String detail) {

    /** What became of a request. */
    enum Outcome {
        /** The answer that was known beforehand. */
        RIGHT,
        /** 503: the server says that it does not know. */
        REFUSED,
        /** A "no", an empty list or another answer that is not right. */
        WRONG,
        /** What would be right for another tenant. */
        FOREIGN,
        /** Right before a write that was acknowledged before the request was sent. */
        STALE,
        /** Neither 200 nor 503. */
        UNEXPECTED,
        /** The connection ended without an answer. */
        LOST
    }

    boolean refused() {
        return outcome == Outcome.REFUSED;
    }

    boolean right() {
        return outcome == Outcome.RIGHT;
    }

    Duration took() {
        return answered.minus(sent);
    }
}
