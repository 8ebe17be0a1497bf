package app.rodmena.auth.http;

import io.undertow.server.HttpServerExchange;

/** What the head of a request leads to: a {@link Response}, or a call that responds once the body has arrived. */
public interface Call {
    /** Whether the call uses the body, which is otherwise discarded. */
    boolean takesBody();

    /**
     * Responds, now or later. Called on the I/O thread, and must not block.
     *
     * @param body empty if there is none or it is not used
     */
    void run(HttpServerExchange exchange, byte[] body);
}
