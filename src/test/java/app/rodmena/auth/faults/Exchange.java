package app.rodmena.auth.faults;

import java.time.Duration;

/**
 * A client's request and its response. Times are since the probe's start.
 *
 * @param tenant the index of the client's tenant
 * @param request the method and the path
 * @param sent the time of the request
 * @param answered the time of the response, or of the failure
 * @param status the HTTP status; 0 without a response
 * @param reason {@code details.reason} of a refusal; empty otherwise
 * @param incident {@code details.incident} of a refusal; empty if it names none
 * @param detail the beginning of the body, or the failure if there is no response
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

    /** The result of a request. */
    enum Outcome {
        /** The expected response. */
        RIGHT,
        /** 503: the server could not determine the answer. */
        REFUSED,
        /** A "no", an empty list or another wrong response. */
        WRONG,
        /** The response that would be right for another tenant. */
        FOREIGN,
        /** Outdated: the response that was right until a write acknowledged before the request was sent. */
        STALE,
        /** Neither 200 nor 503. */
        UNEXPECTED,
        /** The connection ended without a response. */
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
