package app.rodmena.auth.http;

import io.undertow.conduits.WriteTimeoutStreamSinkConduit;
import io.undertow.server.HttpHandler;
import io.undertow.server.protocol.http.HttpOpenListener;
import io.undertow.server.protocol.http2.Http2ReceiveListener;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.xnio.StreamConnection;

/**
 * Opens HTTP/2 connections. Replaces Undertow's listener, because its connections report no reset stream to a handler
 * and do not enforce the maximum number of streams. Thread-safe.
 */
final class Http2Listener {
    private final HttpOpenListener http1;
    private final HttpHandler handler;
    private final Http2Connection.Limits limits;
    private final int bufferBytes;
    private final Set<Http2Connection> connections = ConcurrentHashMap.newKeySet();

    /** @param http1 has the options and the buffers */
    Http2Listener(HttpOpenListener http1, HttpHandler handler, Http2Connection.Limits limits) {
        this.http1 = http1;
        this.handler = exchange -> Http2Connection.of(exchange).orElseThrow().handle(exchange, handler);
        this.limits = limits;
        this.bufferBytes = http1.getBufferPool().getBufferSize();
    }

    /** Serves a connection after its TLS handshake. Must be called on its I/O thread. */
    void open(StreamConnection connection) {
        Http2Connection http2 =
                new Http2Connection(connection, http1.getBufferPool(), http1.getUndertowOptions(), limits);
        var sink = connection.getSinkChannel();
        sink.setConduit(new WriteTimeoutStreamSinkConduit(sink.getConduit(), connection, http1));
        connections.add(http2);
        http2.addCloseTask(closed -> connections.remove(http2));
        http2.getReceiveSetter().set(new Http2ReceiveListener(handler, http1.getUndertowOptions(), bufferBytes, null));
        http2.start();
    }

    /** Announces the end of each connection, and closes it. */
    void closeConnections() {
        for (Http2Connection connection : connections) {
            connection.getIoThread().execute(connection::goAway);
        }
    }
}
