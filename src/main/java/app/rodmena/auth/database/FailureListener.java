package app.rodmena.auth.database;

import app.rodmena.auth.events.Caller;

/** Receives each failure of the database before its caller does. Called on any thread, concurrently; must not block. */
@FunctionalInterface
public interface FailureListener {
    /**
     * A call failed.
     *
     * @param caller on whose behalf, of how many callers
     */
    void onFailure(Caller caller, DatabaseFailure failure);
}
