package app.rodmena.auth.tools.load;

/** The ways in which a request can fail. */
public enum LoadFailure {
    /** A status other than 200. */
    STATUS,
    /** Status 200 with a wrong body. */
    WRONG_ANSWER,
    /** No response within the timeout. */
    TIMEOUT,
    /** The connection was lost before the response was complete. */
    CONNECTION_LOST,
    /** The connection attempt failed. */
    CONNECT
}
