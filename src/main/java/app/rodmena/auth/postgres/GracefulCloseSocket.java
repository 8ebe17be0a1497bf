package app.rodmena.auth.postgres;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketOption;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.SocketFactory;
import jdk.net.ExtendedSocketOptions;

/**
 * A socket whose close waits until PostgreSQL has closed its side, which takes about 1 ms; it waits 250 ms at most.
 * Otherwise PostgreSQL could count both the closed connection and its replacement for a moment, which exceeds the
 * pool's maximum. Thread-safe.
 */
final class GracefulCloseSocket extends Socket {
    private static final int MAX_WAIT_MILLIS = 250;

    private final AtomicBoolean closing = new AtomicBoolean();
    private final AtomicInteger readers = new AtomicInteger();

    /** Whether a thread is waiting for a response. */
    boolean isBeingRead() {
        return readers.get() > 0;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new WatchedInput(super.getInputStream());
    }

    /** Does nothing: TLS calls it before close, and {@link #awaitPeerClose} needs the input. */
    @Override
    public void shutdownInput() {}

    @Override
    public synchronized void close() throws IOException {
        if (closing.compareAndSet(false, true) && isConnected() && readers.get() == 0) {
            awaitPeerClose();
        }
        super.close();
    }

    /** pgjdbc has sent the Terminate message; PostgreSQL responds by closing its side. */
    private void awaitPeerClose() {
        try {
            if (!isOutputShutdown()) {
                shutdownOutput();
            }
            setSoTimeout(MAX_WAIT_MILLIS);
            long deadline = System.nanoTime() + MAX_WAIT_MILLIS * 1_000_000L;
            InputStream in = super.getInputStream();
            byte[] ignored = new byte[1024];
            while (in.read(ignored) >= 0 && System.nanoTime() < deadline) {
                // Discards remaining data.
            }
        } catch (IOException e) {
            // The connection is broken, or the wait timed out.
        }
    }

    /** Counts the readers: a close during a read is an abort and must not wait. */
    private final class WatchedInput extends FilterInputStream {
        WatchedInput(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            startReading();
            try {
                return in.read(buffer, offset, length);
            } finally {
                readers.decrementAndGet();
            }
        }

        @Override
        public void close() throws IOException {
            GracefulCloseSocket.this.close();
        }

        /** Either the reader sees that the socket is closing, or the closing thread sees the reader. */
        private void startReading() throws IOException {
            readers.incrementAndGet();
            if (closing.get()) {
                readers.decrementAndGet();
                throw new SocketException("closed");
            }
        }
    }

    /**
     * Creates {@link GracefulCloseSocket}s with TCP keep-alive: if a host disappears, a wait for its response ends
     * within about a minute, also where no timeout applies, for example in a migration. Public because pgjdbc creates
     * it by its class name.
     */
    public static final class GracefulCloseSocketFactory extends SocketFactory {
        /** Three probes, 10 s apart, after 30 s without data. The operating system's default is two hours. */
        private static final Map<SocketOption<Integer>, Integer> KEEPALIVE_OPTIONS = Map.of(
                ExtendedSocketOptions.TCP_KEEPIDLE, 30,
                ExtendedSocketOptions.TCP_KEEPINTERVAL, 10,
                ExtendedSocketOptions.TCP_KEEPCOUNT, 3);

        /** The last socket created by a login on this thread; pgjdbc does not expose a connection's socket. */
        private static final ThreadLocal<GracefulCloseSocket> LAST = new ThreadLocal<>();

        @Override
        public Socket createSocket() throws IOException {
            GracefulCloseSocket socket = new GracefulCloseSocket();
            socket.setKeepAlive(true);
            for (var option : KEEPALIVE_OPTIONS.entrySet()) {
                if (socket.supportedOptions().contains(option.getKey())) {
                    socket.setOption(option.getKey(), option.getValue());
                }
            }
            LAST.set(socket);
            return socket;
        }

        static GracefulCloseSocket takeLast() {
            GracefulCloseSocket last = LAST.get();
            LAST.remove();
            return last;
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return createSocket(InetAddress.getByName(host), port);
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            Socket socket = createSocket();
            socket.connect(new InetSocketAddress(host, port));
            return socket;
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
            return createSocket(host, port);
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort)
                throws IOException {
            return createSocket(host, port);
        }
    }
}
