package app.rodmena.auth.postgres;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A socket whose close waits until PostgreSQL has ended its process for the connection, which takes about a
 * millisecond, and a quarter of a second at most. Without that a connection that replaces it may be counted by the
 * server while the old one still is: more than the pool's maximum, for a moment.
 */
final class FarewellSocket extends Socket {
    private static final int PATIENCE_MILLIS = 250;

    private final AtomicBoolean closing = new AtomicBoolean();
    private final AtomicInteger readers = new AtomicInteger();

    /** Is somebody waiting for what the server says? */
    boolean isBeingRead() {
        return readers.get() > 0;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new WatchedInput(super.getInputStream());
    }

    /** TLS shuts its input before it closes; then there would be nothing to wait with. Closing follows anyway. */
    @Override
    public void shutdownInput() {}

    @Override
    public synchronized void close() throws IOException {
        if (closing.compareAndSet(false, true) && isConnected() && readers.get() == 0) {
            awaitEnd();
        }
        super.close();
    }

    /** Whoever closes has sent its farewell; the server answers by closing, too. */
    private void awaitEnd() {
        try {
            if (!isOutputShutdown()) {
                shutdownOutput();
            }
            setSoTimeout(PATIENCE_MILLIS);
            long deadline = System.nanoTime() + PATIENCE_MILLIS * 1_000_000L;
            InputStream in = super.getInputStream();
            byte[] ignored = new byte[1024];
            while (in.read(ignored) >= 0 && System.nanoTime() < deadline) {
                // What the server still had to say concerns nobody any more.
            }
        } catch (IOException e) {
            // Broken or silent: then there is nothing to wait for.
        }
    }

    /** Knows whether somebody is reading: then it is an abort, and waiting would wait for that reader. */
    private final class WatchedInput extends FilterInputStream {
        WatchedInput(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            startReading();
            try {
                return in.read();
            } finally {
                readers.decrementAndGet();
            }
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
            FarewellSocket.this.close();
        }

        /** Either it sees that the socket is closing, or whoever closes it sees the reader. */
        private void startReading() throws IOException {
            readers.incrementAndGet();
            if (closing.get()) {
                readers.decrementAndGet();
                throw new SocketException("closed");
            }
        }
    }
}
