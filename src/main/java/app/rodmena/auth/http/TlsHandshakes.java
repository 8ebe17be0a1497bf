package app.rodmena.auth.http;

import io.undertow.protocols.ssl.UndertowXnioSsl;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.StreamConnection;
import org.xnio.XnioExecutor;
import org.xnio.XnioWorker;
import org.xnio.ssl.SslConnection;

/**
 * Starts TLS 1.3 or 1.2 on accepted connections and selects HTTP/2 or HTTP/1.1 by ALPN. Answers plain HTTP with a 400,
 * and closes connections whose handshake fails or takes too long. Thread-safe.
 */
final class TlsHandshakes implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("auth.http");
    private static final byte HANDSHAKE_RECORD = 22;
    private static final String HTTP_2 = "h2";
    private static final String HTTP_1_1 = "http/1.1";
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    private final UndertowXnioSsl ssl;
    private final String[] cipherSuites;
    private final String[] applicationProtocols;
    private final Duration timeout;
    private final Consumer<StreamConnection> openHttp1;
    private final Consumer<StreamConnection> openHttp2;
    private final Set<StreamConnection> pending = ConcurrentHashMap.newKeySet();

    /**
     * @param worker runs the cryptography of handshakes, which would delay the requests of other connections on the I/O
     *     thread
     * @param http2 whether to offer HTTP/2
     * @param timeout maximum time for a handshake
     * @param openHttp1 serves HTTP/1.1 after a handshake, on the I/O thread
     * @param openHttp2 serves HTTP/2 after a handshake, on the I/O thread
     */
    TlsHandshakes(
            SSLContext context,
            XnioWorker worker,
            boolean http2,
            Duration timeout,
            Consumer<StreamConnection> openHttp1,
            Consumer<StreamConnection> openHttp2) {
        Executor tasks = task -> worker.execute(task); // Undertow ignores the worker itself, and uses the I/O thread
        this.ssl = new UndertowXnioSsl(worker.getXnio(), OptionMap.EMPTY, context, tasks);
        this.cipherSuites = cipherSuites(context);
        this.applicationProtocols = http2 ? new String[] {HTTP_2, HTTP_1_1} : new String[] {HTTP_1_1};
        this.timeout = timeout;
        this.openHttp1 = openHttp1;
        this.openHttp2 = openHttp2;
    }

    /** The suites with forward secrecy and authenticated encryption: HTTP/2 forbids the others of TLS 1.2. */
    private static String[] cipherSuites(SSLContext context) {
        return Arrays.stream(context.getDefaultSSLParameters().getCipherSuites())
                .filter(suite -> !suite.contains("_WITH_")
                        || (suite.startsWith("TLS_ECDHE_")
                                && (suite.contains("_GCM_") || suite.contains("_CHACHA20_"))))
                .filter(suite -> !suite.endsWith("_SCSV"))
                .toArray(String[]::new);
    }

    /** Starts the handshake of a new connection. Must be called on its I/O thread. */
    void start(StreamConnection connection) {
        new Handshake(connection).start();
    }

    /** Closes the connections whose handshake is not complete. */
    @Override
    public void close() {
        pending.forEach(IoUtils::safeClose);
    }

    private final class Handshake {
        private final StreamConnection connection;
        private final PeekingConduit encrypted;
        private XnioExecutor.Key deadline;
        private boolean complete;
        private boolean ended;

        Handshake(StreamConnection connection) {
            this.connection = connection;
            this.encrypted = PeekingConduit.installOn(connection);
        }

        void start() {
            pending.add(connection);
            connection.getCloseSetter().set(closed -> end());
            deadline = connection
                    .getIoThread()
                    .executeAfter(() -> fail("timeout"), timeout.toMillis(), TimeUnit.MILLISECONDS);
            connection.getSourceChannel().setReadListener(channel -> onFirstByte());
            connection.getSourceChannel().resumeReads();
            onFirstByte();
        }

        private void end() {
            ended = true;
            deadline.remove();
            pending.remove(connection);
        }

        private void fail(String reason) {
            if (connection.isOpen()) {
                LOG.debug("TLS handshake with {} failed: {}", connection.getPeerAddress(), reason);
            }
            IoUtils.safeClose(connection);
        }

        private void onFirstByte() {
            try {
                int available = encrypted.peek();
                if (available < 0) {
                    fail("the client closed the connection");
                } else if (available > 0) {
                    connection.getSourceChannel().suspendReads();
                    if (encrypted.peeked() == HANDSHAKE_RECORD) {
                        startTls();
                    } else {
                        refusePlainText();
                    }
                }
            } catch (IOException e) {
                fail(e.getMessage());
            }
        }

        private void refusePlainText() throws IOException {
            if (Character.isLetter(encrypted.peeked())) {
                InvalidRequestFilter.refuse(
                        encrypted, connection.getSinkChannel().getConduit(), "This port requires TLS: use https://");
            }
            fail("not TLS");
        }

        private void startTls() {
            SslConnection tls = ssl.wrapExistingConnection(connection, OptionMap.EMPTY, false);
            SSLEngine engine = UndertowXnioSsl.getSslEngine(tls);
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setProtocols(PROTOCOLS);
            parameters.setCipherSuites(cipherSuites);
            parameters.setUseCipherSuitesOrder(true);
            parameters.setApplicationProtocols(applicationProtocols);
            engine.setSSLParameters(parameters);
            PeekingConduit decrypted = PeekingConduit.installOn(tls);
            tls.getHandshakeSetter().set(done -> {
                if (ended && engine.getSession().getProtocol().equals("TLSv1.2")) {
                    // Forbidden by HTTP/2; a client could repeat it without end. TLS 1.3 has none.
                    fail("renegotiation");
                    return;
                }
                complete = true;
                // The handshake may have been completed by a write
                tls.getSourceChannel().wakeupReads();
            });
            tls.getSourceChannel().setReadListener(channel -> onInput(tls, decrypted, engine));
            tls.getSourceChannel().resumeReads();
        }

        private void onInput(SslConnection tls, PeekingConduit decrypted, SSLEngine engine) {
            try {
                int available = decrypted.peek();
                if (available < 0) {
                    fail("the client closed the connection");
                } else if (!ended && complete) {
                    end();
                    tls.getSourceChannel().suspendReads();
                    tls.getSourceChannel().setReadListener(null);
                    if (HTTP_2.equals(engine.getApplicationProtocol())) {
                        openHttp2.accept(tls);
                    } else {
                        openHttp1.accept(tls);
                    }
                }
            } catch (IOException e) {
                fail(e.getMessage());
            }
        }
    }
}
