package app.rodmena.auth.jmx.remote;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.management.JMException;
import org.jolokia.json.JSONObject;
import org.jolokia.server.core.request.BadRequestException;
import org.jolokia.server.core.request.EmptyResponseException;
import org.jolokia.server.core.request.JolokiaNotificationRequest;
import org.jolokia.server.core.request.JolokiaRequestFactory;
import org.jolokia.server.core.request.NotChangedException;
import org.jolokia.server.core.request.ProcessingParameters;
import org.jolokia.server.core.request.notification.ClientCommand;
import org.jolokia.server.core.request.notification.NotificationCommandType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clients that subscribed to notifications through Jolokia. Jolokia never removes a client, and its notification
 * commands are not thread-safe: this class serializes the commands, and removes the client with the oldest command when
 * the maximum is reached. Thread-safe.
 */
final class JolokiaSubscribers {
    private static final Logger LOG = LoggerFactory.getLogger("auth.jolokia");
    private static final int MAX_CLIENTS = 200;

    /** In the order of their last commands, oldest first. */
    private final Map<String, Boolean> clients = new LinkedHashMap<>(16, 0.75f, true);

    /** Jolokia's handler of a command. */
    interface CommandHandler {
        Object handle(JolokiaNotificationRequest request)
                throws IOException, JMException, NotChangedException, BadRequestException, EmptyResponseException;
    }

    synchronized Object handle(JolokiaNotificationRequest request, CommandHandler jolokia)
            throws IOException, JMException, NotChangedException, BadRequestException, EmptyResponseException {
        NotificationCommandType type = request.getCommand().getType();
        if (request.getCommand() instanceof ClientCommand command) {
            clients.get(command.getClient()); // Moves the client to the end of the access order.
            if (type == NotificationCommandType.UNREGISTER) {
                clients.remove(command.getClient());
            }
        }
        if (type == NotificationCommandType.REGISTER && clients.size() >= MAX_CLIENTS) {
            remove(clients.keySet().iterator().next(), jolokia);
        }
        Object response = jolokia.handle(request);
        if (type == NotificationCommandType.REGISTER) {
            clients.put((String) ((JSONObject) response).get("id"), true);
        }
        return response;
    }

    synchronized void close(CommandHandler jolokia) {
        List.copyOf(clients.keySet()).forEach(client -> remove(client, jolokia));
    }

    /** Removes subscriptions one by one, because Jolokia fails to unregister a client with several. */
    private void remove(String client, CommandHandler jolokia) {
        clients.remove(client);
        try {
            JSONObject subscriptions = (JSONObject) jolokia.handle(command("list/" + client));
            for (Object handle : List.copyOf(subscriptions.keySet())) {
                jolokia.handle(command("remove/" + client + "/" + handle));
            }
            jolokia.handle(command("unregister/" + client));
        } catch (Exception e) {
            LOG.debug("Failed to remove a subscriber", e);
        }
    }

    private static JolokiaNotificationRequest command(String command) throws BadRequestException {
        return JolokiaRequestFactory.createGetRequest("notification/" + command, new ProcessingParameters(Map.of()));
    }
}
