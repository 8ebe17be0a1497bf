package app.rodmena.auth.jmx;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.diagnosis.incident.Incident;
import app.rodmena.auth.diagnosis.incident.Incidents;
import app.rodmena.auth.jmx.mapping.Table;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.TableKey;
import app.rodmena.auth.schema.WireFormat;

@Description("The last twenty incidents, each recorded when it began, and a notification for each")
final class IncidentsBean {
    private final Incidents incidents;

    @Description("One incident")
    record Row(
            @TableKey @Description("Identifier; sorts by time")
            String id,

            @Description("Start of the incident, in UTC, for example 2026-11-23T15:34:52.118Z")
            String time,

            @Description(
                    "Its most severe sign: TIMEOUT, REJECTED, LONG_WAIT, STUCK, LEAK_SUSPECTED, STALLED, DATABASE_DOWN or DATABASE_TROUBLE")
            String cause,

            @Description("Summary in one sentence") String sentence,

            @Description(value = "Occurrences of the same fault that this incident stands for", unit = "times")
            long swallowed) {
        static Row of(Incident incident) {
            return new Row(
                    incident.id(),
                    WireFormat.time(incident.time()),
                    incident.cause().name(),
                    incident.sentence(),
                    incident.repetitions());
        }
    }

    IncidentsBean(Incidents incidents) {
        this.incidents = incidents;
    }

    @Description("All incidents in memory")
    public Table<Row> getIncidents() {
        return new Table<>(incidents.newestFirst().stream().map(Row::of).toList());
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
