package app.rodmena.auth.jmx.remote;

import app.rodmena.auth.common.DaemonThreads;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import org.jolokia.server.core.service.notification.BackendCallback;
import org.jolokia.server.core.service.notification.Client;
import org.jolokia.server.core.service.notification.NotificationSubscription;
import org.jolokia.service.notif.sse.SseNotificationBackend;

/**
 * Sends notifications as server-sent events, with one thread per client. Jolokia's own implementation writes to all
 * clients on the emitter's thread, so that a slow client delays the others and the emitter. Here a slow client loses
 * its oldest pending notifications instead.
 */
final class JolokiaSseBackend extends SseNotificationBackend {
    private static final int ORDER = 0;
    private static final int MAX_PENDING = 1000;

    private final Map<String, ExecutorService> writers = new ConcurrentHashMap<>();

    JolokiaSseBackend() {
        super(ORDER);
    }

    @Override
    public BackendCallback subscribe(NotificationSubscription subscription) {
        BackendCallback direct = super.subscribe(subscription);
        ExecutorService writer =
                writers.computeIfAbsent(subscription.getClient().getId(), client -> newWriter());
        return (notification, handback) -> writer.execute(() -> direct.handleNotification(notification, handback));
    }

    @Override
    public void unregister(Client client) {
        ExecutorService writer = writers.remove(client.getId());
        if (writer != null) {
            writer.shutdownNow();
        }
        super.unregister(client);
    }

    private static ExecutorService newWriter() {
        ThreadPoolExecutor writer = DaemonThreads.pool(
                1, new ArrayBlockingQueue<>(MAX_PENDING), DaemonThreads.named("auth-jolokia-events"));
        writer.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardOldestPolicy());
        return writer;
    }
}
