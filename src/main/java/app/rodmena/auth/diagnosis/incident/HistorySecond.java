package app.rodmena.auth.diagnosis.incident;

import com.fasterxml.jackson.databind.JsonNode;

/** The charted values of one second of history. */
final class HistorySecond {
    private HistorySecond() {}

    static double maximum(JsonNode second) {
        JsonNode numbers = second.path("numbers");
        return numbers.path("poolSize").asDouble() + numbers.path("maxOverflow").asDouble();
    }

    static double inUse(JsonNode second) {
        return second.path("peakCheckedOut").asDouble();
    }

    static double waiting(JsonNode second) {
        return second.path("numbers").path("waiting").asDouble();
    }

    static double checkouts(JsonNode second) {
        return second.path("checkouts").asDouble();
    }

    static double refusals(JsonNode second) {
        return second.path("refused").asDouble();
    }

    static double p99Use(JsonNode second) {
        return second.path("uses").path("p99Millis").asDouble();
    }

    static double p99Wait(JsonNode second) {
        return second.path("waits").path("p99Millis").asDouble();
    }
}
