package app.rodmena.auth.load;

import io.undertow.client.ClientCallback;
import io.undertow.client.ClientConnection;
import io.undertow.client.ClientExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSourceChannel;

/**
 * One client: sends one request at a time on one connection, and reconnects when the connection is lost. Used on the
 * I/O thread only.
 */
final class LoadClient {
    private static final int FIRST_BODY_BYTES = 4 * 1024;
    private static final int LARGEST_BODY_BYTES = 16 * 1024 * 1024;

    /** Is notified when a request has ended, successfully or not. */
    @FunctionalInterface
    interface Owner {
        void over(LoadClient client, Optional<RequestFailure> miss);
    }

    private final LoadTransport wire;
    private final RequestSequence script;
    private final Owner owner;
    private Line line = new Line();
    private ByteBuffer body = ByteBuffer.allocate(FIRST_BODY_BYTES);
    private LoadRequest question;
    private boolean isBusy;
    private long intendedNanos;
    private long sentNanos;

    LoadClient(LoadTransport wire, RequestSequence script, Owner owner) {
        this.wire = wire;
        this.script = script;
        this.owner = owner;
    }

    /** Opens the connection ahead of its first use; runs the callback when it is open or has failed to open. */
    void open(Runnable tried) {
        line.open(tried, failure -> tried.run());
    }

    /**
     * Sends the next request; must not be called while another is in flight.
     *
     * @param intended when it was due; at best now
     */
    void ask(long intended) {
        question = script.next();
        intendedNanos = intended;
        sentNanos = System.nanoTime();
        isBusy = true;
        if (line.isOpen()) {
            line.send();
        } else {
            line = new Line();
            Line opening = line;
            line.open(
                    opening::send,
                    failure ->
                            opening.end(Optional.of(RequestFailure.unanswered(LoadFailure.CONNECT, reason(failure)))));
        }
    }

    /** Times out a request that was sent before this instant. */
    void giveUpBefore(long nanos) {
        if (isBusy && (nanos == Long.MAX_VALUE || sentNanos - nanos < 0)) {
            Line silent = line;
            silent.end(Optional.of(RequestFailure.unanswered(LoadFailure.TIMEOUT, "no answer")));
        }
    }

    /** Closes the connection; a request in flight never ends. */
    void hangUp() {
        isBusy = false;
        line.close();
    }

    boolean isBusy() {
        return isBusy;
    }

    long intendedNanos() {
        return intendedNanos;
    }

    long sentNanos() {
        return sentNanos;
    }

    private static String reason(IOException failure) {
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }

    /** One physical connection. Events of an abandoned connection are ignored. */
    private final class Line {
        private ClientConnection connection;
        private boolean isClosed;
        private int status;

        private final ClientCallback<ClientExchange> answered = heard(this::answered);
        private final ClientCallback<ClientExchange> accepted =
                heard(exchange -> exchange.setResponseListener(answered));
        private final ChannelListener<StreamSourceChannel> readable = this::read;

        void open(Runnable opened, Consumer<IOException> failed) {
            wire.connect(new ClientCallback<>() {
                @Override
                public void completed(ClientConnection result) {
                    connection = result;
                    if (isClosed) {
                        IoUtils.safeClose(result);
                    } else {
                        opened.run();
                    }
                }

                @Override
                public void failed(IOException e) {
                    if (!isClosed) {
                        failed.accept(e);
                    }
                }
            });
        }

        boolean isOpen() {
            return !isClosed && connection != null && connection.isOpen();
        }

        void send() {
            connection.sendRequest(question.request(), accepted);
        }

        private void answered(ClientExchange exchange) {
            status = exchange.getResponse().getResponseCode();
            body.clear();
            read(exchange.getResponseChannel());
        }

        private void read(StreamSourceChannel channel) {
            if (isClosed) {
                return;
            }
            try {
                int bytes = channel.read(body);
                while (bytes > 0) {
                    makeRoom();
                    bytes = channel.read(body);
                }
                if (bytes == 0) {
                    channel.getReadSetter().set(readable);
                    channel.resumeReads();
                    return;
                }
            } catch (IOException e) {
                lost(e);
                return;
            }
            body.flip();
            end(question.judge().judge(status, body));
        }

        private void makeRoom() throws IOException {
            if (body.hasRemaining()) {
                return;
            }
            if (body.capacity() >= LARGEST_BODY_BYTES) {
                throw new IOException("the response is larger than " + LARGEST_BODY_BYTES + " bytes");
            }
            body = ByteBuffer.allocate(body.capacity() * 2).put(body.flip());
        }

        /** Ends the request; a failure that leaves the connection in an unknown state closes it too. */
        void end(Optional<RequestFailure> miss) {
            if (isClosed || !isBusy) {
                return;
            }
            isBusy = false;
            if (miss.isPresent()) {
                script.failed();
                if (miss.get().status() == 0) {
                    close();
                }
            }
            owner.over(LoadClient.this, miss);
        }

        void close() {
            isClosed = true;
            IoUtils.safeClose(connection);
        }

        private void lost(IOException failure) {
            end(Optional.of(RequestFailure.unanswered(LoadFailure.CONNECTION_LOST, reason(failure))));
        }

        private ClientCallback<ClientExchange> heard(Consumer<ClientExchange> listener) {
            return new ClientCallback<>() {
                @Override
                public void completed(ClientExchange exchange) {
                    if (!isClosed) {
                        listener.accept(exchange);
                    }
                }

                @Override
                public void failed(IOException e) {
                    lost(e);
                }
            };
        }
    }
}
