package app.rodmena.auth.diagnosis.incident;

import app.rodmena.auth.schema.Description;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/**
 * A recorded incident with the state at its start. Immutable.
 *
 * @param cause its most severe cause when it was recorded
 * @param repetitions the number of further occurrences, which were attributed to this incident
 * @param document the complete incident as JSON
 */
@Description("One incident")
public record Incident(
        @Description(key = true, value = "Identifier; sorts by time")
        String id,

        @Description("Start of the incident, in UTC, for example 2026-11-23T15:34:52.118Z")
        Instant time,

        @Description("Its most severe sign: TIMEOUT, REJECTED, LONG_WAIT, STUCK, LEAK_SUSPECTED, STALLED, DATABASE_DOWN"
                + " or DATABASE_TROUBLE")
        IncidentCause cause,

        @Description("Summary in one sentence") String sentence,

        @Description(
                name = "swallowed",
                value = "Occurrences of the same fault that this incident stands for",
                unit = "times")
        long repetitions,

        @Description(
                "End of the incident, in UTC: the last time at which its cause was seen; empty if it has not ended")
        Optional<Instant> ended,

        @Description(value = "Duration of the incident; 0 if it has not ended", wholeMillis = true)
        Optional<Duration> lasted,

        IncidentDocument document) {
    /** For example {@code 20261125-031140-118k}: the time in UTC with milliseconds, and a random letter. */
    static final Pattern ID = Pattern.compile("\\d{8}-\\d{6}-\\d{3}[a-z]");

    private static final DateTimeFormatter ID_TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss-SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    static String newId(Instant time) {
        return ID_TIME.format(time) + (char) ('a' + ThreadLocalRandom.current().nextInt(26));
    }

    /** A copy with another number of further occurrences and another end; the document keeps the old ones. */
    Incident with(long repetitions, Optional<Duration> lasted) {
        return new Incident(id, time, cause, sentence, repetitions, lasted.map(time::plus), lasted, document);
    }

    /**
     * Receives every recorded incident, again if its cause becomes more severe, on the thread that records incidents.
     * Implementations must not block.
     */
    @FunctionalInterface
    public interface IncidentListener {
        void onIncident(Incident incident);

        /** Called when an incident has ended. A later occurrence may continue it, so that it ends again. */
        default void onIncidentEnded(Incident incident) {}
    }
}
