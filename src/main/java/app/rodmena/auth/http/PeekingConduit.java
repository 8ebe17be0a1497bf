package app.rodmena.auth.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.StreamSourceConduit;

/** The input of a connection. Can be checked for the end of the stream without losing a byte. */
final class PeekingConduit extends AbstractStreamSourceConduit<StreamSourceConduit> {
    private final ByteBuffer peeked = ByteBuffer.allocate(1).limit(0);

    PeekingConduit(StreamSourceConduit next) {
        super(next);
    }

    /**
     * Checks for input without blocking. Reads at most one byte, which the next read returns.
     *
     * @return the number of available bytes: 1, or 0 if there is none yet; -1 at the end of the stream
     */
    int peek() throws IOException {
        if (peeked.hasRemaining()) {
            return 1;
        }
        int read = super.read(peeked.clear());
        peeked.flip();
        return read;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        if (!peeked.hasRemaining() || !target.hasRemaining()) {
            return super.read(target);
        }
        target.put(peeked);
        return 1;
    }

    @Override
    public void resumeReads() {
        if (peeked.hasRemaining()) {
            super.wakeupReads();
        } else {
            super.resumeReads();
        }
    }
}
