package app.rodmena.auth.http;

import io.undertow.server.AbstractServerConnection;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;

/**
 * Watches for the end of a client's stream while its request waits, as Go's net/http does. Takes no thread: the I/O
 * thread is notified. Watching ends with the exchange, and with the first byte of a pipelined request, which is kept.
 * Over HTTP/2, a reset of the request's stream is a hang-up, too.
 */
public final class HangUpWatch {
    private HangUpWatch() {}

    /**
     * Starts watching the connection of an exchange whose request was read completely. Must be called on the I/O
     * thread.
     *
     * @param allowHalfClose whether a client that ended its stream may still read the response. Such a client cannot be
     *     distinguished from one that closed the connection, so only a reset counts as a hang-up if this is true
     * @param onHangUp called once, on the I/O thread
     */
    public static void start(HttpServerExchange exchange, boolean allowHalfClose, Runnable onHangUp) {
        if (exchange.getConnection() instanceof AbstractServerConnection connection
                && connection.getOriginalSourceConduit() instanceof PeekingConduit source
                && connection.getExtraBytes() == null) {
            // Undertow sets its own listener when the exchange is complete.
            connection.getChannel().getSourceChannel().setReadListener(channel -> {
                if (isHangUp(source, allowHalfClose)) {
                    onHangUp.run();
                }
            });
            source.resumeReads();
        } else {
            Http2Connection.whenReset(exchange, onHangUp);
        }
    }

    private static boolean isHangUp(PeekingConduit source, boolean allowHalfClose) {
        try {
            int available = source.peek();
            if (available != 0) {
                source.suspendReads();
            }
            return available < 0 && !allowHalfClose;
        } catch (IOException e) {
            source.suspendReads();
            return true;
        }
    }
}
