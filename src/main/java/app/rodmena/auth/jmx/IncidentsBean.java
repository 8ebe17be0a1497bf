package app.rodmena.auth.jmx;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.incidents.Incident;
import app.rodmena.auth.incidents.Incidents;
import app.rodmena.auth.mbean.Describe;
import app.rodmena.auth.mbean.Key;
import app.rodmena.auth.mbean.Table;
import app.rodmena.auth.views.Text;

@Describe("The last twenty incidents, each frozen when it began, and a notification for each")
final class IncidentsBean {
    private final Incidents incidents;

    @Describe("One incident")
    record Row(
            @Key @Describe("What it is called; later ones sort behind earlier ones")
            String id,

            @Describe("When it began, in UTC, as 2026-11-23T15:34:52.118Z")
            String time,

            @Describe(
                    "The most severe sign of it: TIMEOUT, REJECTED, LONG_WAIT, STUCK, LEAK_SUSPECTED, STALLED, DATABASE_DOWN or DATABASE_TROUBLE")
            String cause,

            @Describe("What was the matter") String sentence,

            @Describe(value = "How often the same happened while this one stood for it", unit = "times")
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

    @Describe("All that are remembered")
    public Table<Row> getIncidents() {
        return new Table<>(incidents.newestFirst().stream().map(Row::of).toList());
    }

    @Describe("The sentence of the last one; empty if there is none")
    public String getLastSentence() {
        return incidents.newestFirst().stream()
                .findFirst()
                .map(Incident::sentence)
                .orElse("");
    }

    @Describe("All of one incident, as text for a terminal")
    public String text(@Describe("Which one, as 20261125-031140-118k") String id) {
        return find(id).document().text();
    }

    @Describe("All of one incident, in JSON")
    public String json(@Describe("Which one, as 20261125-031140-118k") String id) {
        return new String(find(id).document().json(), UTF_8);
    }

    private Incident find(String id) {
        return incidents
                .find(String.valueOf(id))
                .orElseThrow(() -> new IllegalArgumentException("id: there is no such incident, or not any more"));
    }
}
