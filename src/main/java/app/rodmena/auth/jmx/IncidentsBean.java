package app.rodmena.auth.jmx;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.diagnosis.incident.Incident;
import app.rodmena.auth.diagnosis.incident.Incidents;
import app.rodmena.auth.jmx.mapping.OpenMapping;
import app.rodmena.auth.jmx.mapping.OpenMapping.Table;
import app.rodmena.auth.schema.Description;
import javax.management.MBeanNotificationInfo;
import javax.management.Notification;
import javax.management.ObjectName;

@Description("The last twenty incidents, each recorded when it began, and a notification for each")
record IncidentsBean(Incidents incidents) {
    private static final int MAX_WAITING = 100;

    /** The sender of the bean with this name. */
    static NotificationSender<Incident> sender(ObjectName name) {
        String type = "app.rodmena.auth.incident";
        return new NotificationSender<>(
                "auth-jmx-incidents",
                new MBeanNotificationInfo(
                        new String[] {type},
                        Notification.class.getName(),
                        "An incident; the message is its sentence, userData is its row of the attribute Incidents"),
                MAX_WAITING,
                incident -> 0,
                (incident, number) ->
                        new Notification(type, name, number, incident.time().toEpochMilli(), incident.sentence()),
                OpenMapping.of(Incident.class));
    }

    @Description("All incidents in memory")
    public Table<Incident> getIncidents() {
        return new Table<>(incidents.newestFirst());
    }

    @Description("The sentence of the latest incident; empty if there is none")
    public String getLastSentence() {
        return incidents.newestFirst().stream()
                .findFirst()
                .map(Incident::sentence)
                .orElse("");
    }

    @Description("One incident in full, as text for a terminal")
    public String text(@Description("Identifier, for example 20261125-031140-118k") String id) {
        return find(id).document().text();
    }

    @Description("One incident in full, as JSON")
    public String json(@Description("Identifier, for example 20261125-031140-118k") String id) {
        return new String(find(id).document().json(), UTF_8);
    }

    private Incident find(String id) {
        return incidents
                .find(String.valueOf(id))
                .orElseThrow(() -> new IllegalArgumentException(
                        "id: no such incident; the attribute Incidents lists those in memory"));
    }
}
