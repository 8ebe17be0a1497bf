package app.rodmena.auth.tools.load;

import io.undertow.client.ClientCallback;
import io.undertow.client.ClientConnection;
import io.undertow.client.ClientExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSourceChannel;

/**
 * One client: sends one request at a time on one connection, and reconnects when the connection is lost. Used on the
 * I/O thread only.
 */
final class LoadClient {
    private static final int INITIAL_BODY_BYTES = 4 * 1024;
    private static final int MAX_BODY_BYTES = 16 * 1024 * 1024;

    private final LoadTransport transport;
    private final RequestSequence sequence;
    private final BiConsumer<LoadClient, Optional<RequestFailure>> listener;
    private LoadConnection loadConnection = new LoadConnection();
    private ByteBuffer body = ByteBuffer.allocate(INITIAL_BODY_BYTES);
    private LoadRequest request;
    private boolean isBusy;
    private long intendedNanos;
    private long sentNanos;

    /** @param listener is called when a request has ended, successfully or not */
    LoadClient(
            LoadTransport transport,
            RequestSequence sequence,
            BiConsumer<LoadClient, Optional<RequestFailure>> listener) {
        this.transport = transport;
        this.sequence = sequence;
        this.listener = listener;
    }

    /** Opens the connection ahead of its first use; runs the callback when it is open or has failed to open. */
    void open(Runnable completion) {
        loadConnection.open(completion, failure -> completion.run());
    }

    /** Sends the next request, due at an instant that has passed; must not be called while another is in flight. */
    void sendNext(long intended) {
        request = sequence.next();
        intendedNanos = intended;
        sentNanos = System.nanoTime();
        isBusy = true;
        if (loadConnection.isOpen()) {
            loadConnection.send();
        } else {
            loadConnection = new LoadConnection();
            LoadConnection opening = loadConnection;
            loadConnection.open(
                    opening::send,
                    failure -> opening.end(
                            Optional.of(RequestFailure.unanswered(RequestFailure.Kind.CONNECT, reason(failure)))));
        }
    }

    /** Times out a request that was sent before this instant. */
    void timeOutSentBefore(long nanos) {
        if (isBusy && (nanos == Long.MAX_VALUE || sentNanos - nanos < 0)) {
            LoadConnection timedOut = loadConnection;
            timedOut.end(Optional.of(RequestFailure.unanswered(RequestFailure.Kind.TIMEOUT, "no answer")));
        }
    }

    /** Closes the connection; a request in flight never ends. */
    void disconnect() {
        isBusy = false;
        loadConnection.close();
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
    private final class LoadConnection {
        private ClientConnection connection;
        private boolean isClosed;
        private int status;

        private final ClientCallback<ClientExchange> onResponse = callback(this::onResponse, this::connectionLost);
        private final ClientCallback<ClientExchange> accepted =
                callback(exchange -> exchange.setResponseListener(onResponse), this::connectionLost);
        private final ChannelListener<StreamSourceChannel> readable = this::read;

        void open(Runnable opened, Consumer<IOException> failed) {
            Consumer<ClientConnection> onOpen = result -> {
                connection = result;
                if (isClosed) {
                    IoUtils.safeClose(result);
                } else {
                    opened.run();
                }
            };
            transport.connect(callback(onOpen, failure -> {
                if (!isClosed) {
                    failed.accept(failure);
                }
            }));
        }

        boolean isOpen() {
            return !isClosed && connection != null && connection.isOpen();
        }

        void send() {
            connection.sendRequest(request.request(), accepted);
        }

        private void onResponse(ClientExchange exchange) {
            if (isClosed) {
                return;
            }
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
                    growBody();
                    bytes = channel.read(body);
                }
                if (bytes == 0) {
                    channel.getReadSetter().set(readable);
                    channel.resumeReads();
                    return;
                }
            } catch (IOException e) {
                connectionLost(e);
                return;
            }
            body.flip();
            end(request.responseCheck().check(status, body));
        }

        private void growBody() throws IOException {
            if (body.hasRemaining()) {
                return;
            }
            if (body.capacity() >= MAX_BODY_BYTES) {
                throw new IOException("the response is larger than " + MAX_BODY_BYTES + " bytes");
            }
            body = ByteBuffer.allocate(body.capacity() * 2).put(body.flip());
        }

        /** Ends the request; a failure that leaves the connection in an unknown state closes it too. */
        void end(Optional<RequestFailure> failure) {
            if (isClosed || !isBusy) {
                return;
            }
            isBusy = false;
            if (failure.isPresent()) {
                sequence.failed();
                if (failure.get().status() == 0) {
                    close();
                }
            }
            listener.accept(LoadClient.this, failure);
        }

        void close() {
            isClosed = true;
            IoUtils.safeClose(connection);
        }

        private void connectionLost(IOException failure) {
            end(Optional.of(RequestFailure.unanswered(RequestFailure.Kind.CONNECTION_LOST, reason(failure))));
        }

        private static <T> ClientCallback<T> callback(Consumer<T> completed, Consumer<IOException> failed) {
            return new ClientCallback<>() {
                @Override
                public void completed(T result) {
                    completed.accept(result);
                }

                @Override
                public void failed(IOException e) {
                    failed.accept(e);
                }
            };
        }
    }
}
