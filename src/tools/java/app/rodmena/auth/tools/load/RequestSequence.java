package app.rodmena.auth.tools.load;

import java.util.Iterator;

/** The sequence of a client's requests. Used on the I/O thread only. */
interface RequestSequence {
    LoadRequest next();

    /** Is called after a request failed and its effect on the server is unknown. */
    default void failed() {}

    static RequestSequence always(LoadRequest request) {
        return () -> request;
    }

    /** Each request once, in order, shared by all clients. */
    static RequestSequence each(Iterator<LoadRequest> requests) {
        return requests::next;
    }
}
