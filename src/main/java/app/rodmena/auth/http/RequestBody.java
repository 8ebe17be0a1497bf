package app.rodmena.auth.http;

import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.xnio.ChannelListener;
import org.xnio.XnioExecutor;
import org.xnio.channels.Channels;
import org.xnio.channels.StreamSourceChannel;

/** Reads a request's body and forgets it, on the I/O thread, in bounded size and time. */
final class RequestBody {
    /** How a reading ended. */
    enum End {
        COMPLETE,
        TOO_LARGE,
        TOO_SLOW,
        BROKEN
    }

    private final StreamSourceChannel channel;

    /** Undertow gives the body of a request once. */
    RequestBody(HttpServerExchange exchange) {
        channel = exchange.getRequestChannel();
    }

    /**
     * Reads to the end, or until it is too much.
     *
     * @param most bytes
     * @param within time for all of it to arrive
     * @param then told once, on the I/O thread
     */
    void discard(long most, Duration within, Consumer<End> then) {
        Reading reading = new Reading(most, then);
        if (!reading.drain()) {
            reading.waitFor(within);
        }
    }

    private final class Reading implements ChannelListener<StreamSourceChannel> {
        private final Consumer<End> then;
        private long left;
        private XnioExecutor.Key deadline;
        private boolean ended;

        Reading(long most, Consumer<End> then) {
            this.left = most;
            this.then = then;
        }

        void waitFor(Duration within) {
            deadline = channel.getIoThread()
                    .executeAfter(() -> end(End.TOO_SLOW), within.toMillis(), TimeUnit.MILLISECONDS);
            channel.getReadSetter().set(this);
            channel.resumeReads();
        }

        @Override
        public void handleEvent(StreamSourceChannel readable) {
            drain();
        }

        /** Reads what is there; whether that was the end. */
        private boolean drain() {
            try {
                while (!ended) {
                    long read = Channels.drain(channel, left + 1);
                    if (read == 0) {
                        return false;
                    }
                    left -= Math.max(read, 0);
                    if (read < 0) {
                        end(End.COMPLETE);
                    } else if (left < 0) {
                        end(End.TOO_LARGE);
                    }
                }
            } catch (IOException e) {
                end(End.BROKEN);
            }
            return true;
        }

        private void end(End how) {
            if (ended) {
                return;
            }
            ended = true;
            if (deadline != null) {
                deadline.remove();
                channel.getReadSetter().set(null);
                channel.suspendReads();
            }
            then.accept(how);
        }
    }
}
