package app.rodmena.auth.jmx;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.incidents.Incident;
import app.rodmena.auth.incidents.Incidents;
import app.rodmena.auth.mbean.Describe;
import app.rodmena.auth.mbean.Key;
import app.rodmena.auth.mbean.Table;
import app.rodmena.auth.views.Text;

@Describe("The last twenty incidents, each recorded when it began, and a notification for each")
final class IncidentsBean {
    private final Incidents incidents;

    @Describe("One incident")
    record Row(
            @Key @Describe("Identifier; sorts by time") String id,

            @Describe("Start of the incident, in UTC, for example 2026-11-23T15:34:52.118Z")
            String time,

            @Describe(
                    "Its most severe sign: TIMEOUT, REJECTED, LONG_WAIT, STUCK, LEAK_SUSPECTED, STALLED, DATABASE_DOWN or DATABASE_TROUBLE")
            String cause,

            @Describe("Summary in one sentence") String sentence,

            @Describe(value = "Occurrences of the same fault that this incident stands for", unit = "times")
            long swallowed) {
        static Row of(Incident incident) {
            return new Row(
                    incident.id(),
                    Text.time(incident.time()),
                    incident.cause().name(),
                    incident.sentence(),
                    incident.swallowed());
        }
    }

    IncidentsBean(Incidents incidents) {
        this.incidents = incidents;
    }

    @Describe("All incidents in memory")
    public Table<Row> getIncidents() {
        return new Table<>(incidents.newestFirst().stream().map(Row::of).toList());
    }

    @Describe("The sentence of the latest incident; empty if there is none")
    public String getLastSentence() {
        return incidents.newestFirst().stream()
                .findFirst()
                .map(Incident::sentence)
                .orElse("");
    }

    @Describe("One incident in full, as text for a terminal")
    public String text(@Describe("Identifier, for example 20261125-031140-118k") String id) {
        return find(id).document().text();
    }

    @Describe("One incident in full, as JSON")
    public String json(@Describe("Identifier, for example 20261125-031140-118k") String id) {
        return new String(find(id).document().json(), UTF_8);
    }

    private Incident find(String id) {
        return incidents
                .find(String.valueOf(id))
                .orElseThrow(() -> new IllegalArgumentException(
                        "id: no such incident; the attribute Incidents lists those in memory"));
    }
}
