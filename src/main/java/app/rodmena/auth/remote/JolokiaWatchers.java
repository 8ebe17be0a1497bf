package app.rodmena.auth.remote;

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
 * Who subscribed to notifications through Jolokia. Jolokia keeps every subscriber for ever, and is not safe for several
 * at once: this lets one command in at a time, and lets the one go that was silent longest when there are too many.
 */
final class JolokiaWatchers {
    private static final Logger LOG = LoggerFactory.getLogger("auth.jolokia");
    private static final int MOST = 200;

    /** The least recently heard of first. */
    private final Map<String, Boolean> clients = new LinkedHashMap<>(16, 0.75f, true);

    /** What Jolokia does with a command. */
    interface Handling {
        Object handle(JolokiaNotificationRequest request)
                throws IOException, JMException, NotChangedException, BadRequestException, EmptyResponseException;
    }

    synchronized Object handle(JolokiaNotificationRequest request, Handling jolokia)
            throws IOException, JMException, NotChangedException, BadRequestException, EmptyResponseException {
        NotificationCommandType type = request.getCommand().getType();
        if (request.getCommand() instanceof ClientCommand command) {
            clients.get(command.getClient());
            if (type == NotificationCommandType.UNREGISTER) {
                clients.remove(command.getClient());
            }
        }
        if (type == NotificationCommandType.REGISTER && clients.size() >= MOST) {
            letGo(clients.keySet().iterator().next(), jolokia);
        }
        Object answer = jolokia.handle(request);
        if (type == NotificationCommandType.REGISTER) {
            clients.put((String) ((JSONObject) answer).get("id"), true);
        }
        return answer;
    }

    synchronized void close(Handling jolokia) {
        List.copyOf(clients.keySet()).forEach(client -> letGo(client, jolokia));
    }

    /** One subscription after the other: Jolokia's own way to remove several at once fails at the second. */
    private void letGo(String client, Handling jolokia) {
        clients.remove(client);
        try {
            JSONObject subscriptions = (JSONObject) jolokia.handle(command("list/" + client));
            for (Object handle : List.copyOf(subscriptions.keySet())) {
                jolokia.handle(command("remove/" + client + "/" + handle));
            }
            jolokia.handle(command("unregister/" + client));
        } catch (Exception e) {
            LOG.debug("A subscriber could not be let go", e);
        }
    }

    private static JolokiaNotificationRequest command(String command) throws BadRequestException {
        return JolokiaRequestFactory.createGetRequest("notification/" + command, new ProcessingParameters(Map.of()));
    }
}
