package app.rodmena.auth.tools.load;

import com.fasterxml.jackson.databind.JsonNode;
import io.undertow.client.ClientCallback;
import io.undertow.client.ClientConnection;
import io.undertow.client.ClientRequest;
import io.undertow.client.UndertowClient;
import io.undertow.connector.ByteBufferPool;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.Xnio;
import org.xnio.XnioExecutor;
import org.xnio.XnioIoThread;
import org.xnio.XnioWorker;

/** Connections to the server, on a single I/O thread. */
final class LoadTransport implements AutoCloseable {
    private static final OptionMap SOCKET = OptionMap.create(Options.TCP_NODELAY, true);

    private final XnioWorker worker;
    private final XnioIoThread thread;
    private final ByteBufferPool buffers = new DefaultByteBufferPool(true, 16 * 1024);
    private final String authority;

    /** Contains the resolved address, so that the name cannot resolve to another machine later. */
    private final URI uri;

    LoadTransport(LoadTarget target) {
        try {
            worker = Xnio.getInstance()
                    .createWorker(OptionMap.builder()
                            .set(Options.WORKER_NAME, "load")
                            .set(Options.WORKER_IO_THREADS, 1)
                            .set(Options.WORKER_TASK_CORE_THREADS, 1)
                            .set(Options.WORKER_TASK_MAX_THREADS, 1)
                            .set(Options.THREAD_DAEMON, true)
                            .getMap());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        thread = worker.getIoThread();
        authority = target.authority();
        InetSocketAddress address = target.address();
        uri = URI.create("http://" + literal(address.getAddress()) + ":" + address.getPort());
    }

    private static String literal(InetAddress address) {
        String text = address.getHostAddress();
        return text.contains(":") ? "[" + text + "]" : text;
    }

    void run(Runnable task) {
        thread.execute(task);
    }

    void after(long millis, Runnable task) {
        thread.executeAfter(task, millis, TimeUnit.MILLISECONDS);
    }

    /** Runs a task periodically on the I/O thread, until the key is removed. */
    XnioExecutor.Key every(long millis, Runnable task) {
        return thread.executeAtInterval(task, millis, TimeUnit.MILLISECONDS);
    }

    /** Opens a connection. Must be called on the I/O thread, and completes on it. */
    void connect(ClientCallback<ClientConnection> opened) {
        UndertowClient.getInstance().connect(opened, uri, thread, buffers, SOCKET);
    }

    /** A reusable request: sending does not change it. */
    ClientRequest request(HttpString method, String path, Optional<String> key) {
        ClientRequest request = new ClientRequest().setMethod(method).setPath(path);
        request.getRequestHeaders().put(Headers.HOST, authority);
        key.ifPresent(value -> request.getRequestHeaders().put(Headers.AUTHORIZATION, "Bearer " + value));
        if (!method.equals(Methods.GET)) {
            request.getRequestHeaders().put(Headers.CONTENT_LENGTH, "0");
        }
        return request;
    }

    /** Sends one GET; fails with an {@link IOException} without a response, and returns {@link LoadRequest#json}. */
    CompletableFuture<JsonNode> get(String path, long timeoutMillis) {
        CompletableFuture<JsonNode> reply = new CompletableFuture<>();
        LoadRequest probe = new LoadRequest(request(Methods.GET, path, Optional.empty()), (status, body) -> {
            reply.complete(LoadRequest.json(body));
            return Optional.empty();
        });
        LoadClient client = new LoadClient(this, () -> probe, (sender, failure) -> {
            failure.ifPresent(reason -> reply.completeExceptionally(new IOException(reason.detail())));
            sender.disconnect();
        });
        run(() -> client.sendNext(System.nanoTime()));
        after(timeoutMillis, () -> client.timeOutSentBefore(Long.MAX_VALUE));
        return reply;
    }

    @Override
    public void close() {
        worker.shutdownNow();
        try {
            worker.awaitTermination(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        buffers.close();
    }
}
