package app.rodmena.auth.postgres;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

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
}
