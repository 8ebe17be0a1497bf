package app.rodmena.auth.database;

import app.rodmena.auth.pool.event.CallContext;

/** Is notified of each database failure before the caller gets it, on any thread, concurrently. Must not block. */
@FunctionalInterface
public interface FailureListener {
    /** Is called after a call of a caller, or of a batch of callers, has failed. */
    void onFailure(CallContext caller, DatabaseFailure failure);
}
