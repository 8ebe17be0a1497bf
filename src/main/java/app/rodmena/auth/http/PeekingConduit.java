package app.rodmena.auth.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.ConduitReadableByteChannel;
import org.xnio.conduits.StreamSourceConduit;

/** The input of a connection. Can be checked for the end of the stream without losing a byte. */
class PeekingConduit extends AbstractStreamSourceConduit<StreamSourceConduit> {
    private final ByteBuffer peeked = ByteBuffer.allocate(1).limit(0);

    PeekingConduit(StreamSourceConduit next) {
        super(next);
    }

    static PeekingConduit installOn(StreamConnection connection) {
        PeekingConduit conduit =
                new PeekingConduit(connection.getSourceChannel().getConduit());
        connection.getSourceChannel().setConduit(conduit);
        return conduit;
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

    /** The byte that was peeked at; only after {@link #peek} returned 1. */
    byte peeked() {
        return peeked.get(peeked.position());
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        if (!peeked.hasRemaining() || !target.hasRemaining()) {
            return super.read(target);
        }
        target.put(peeked);
        return 1 + Math.max(0, super.read(target));
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        for (int i = offset; i < offset + length; i++) {
            if (targets[i].hasRemaining()) {
                return read(targets[i]);
            }
        }
        return 0;
    }

    @Override
    public long transferTo(long position, long count, FileChannel target) throws IOException {
        return target.transferFrom(new ConduitReadableByteChannel(this), position, count);
    }

    @Override
    public long transferTo(long count, ByteBuffer through, StreamSinkChannel target) throws IOException {
        return IoUtils.transfer(new ConduitReadableByteChannel(this), count, through, target);
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
