package app.rodmena.auth.load;

import io.undertow.client.ClientRequest;
import java.nio.ByteBuffer;
import java.util.Optional;

/** A request, and who knows whether its answer is right. On the I/O thread. */
record Question(ClientRequest request, Judge judge) {
    /** Tells right answers from wrong ones. */
    @FunctionalInterface
    interface Judge {
        /**
         * What is wrong with an answer, if anything.
         *
         * @param body from its position to its limit; only for the time of the call
         */
        Optional<Miss> judge(int status, ByteBuffer body);
    }
}
