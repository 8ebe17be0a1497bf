package app.rodmena.auth.load;

/** What can go wrong with a request. */
public enum Failure {
    /** Answered with another status than 200. */
    STATUS,
    /** Answered with 200, and wrongly. */
    WRONG_ANSWER,
    /** Not answered in time. */
    TIMEOUT,
    /** The connection was lost before the answer was complete. */
    CONNECTION_LOST,
    /** There was no connection to be had. */
    CONNECT
}
