package app.rodmena.auth.diagnosis.history;

import app.rodmena.auth.diagnosis.Situation;
import app.rodmena.auth.schema.Description;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The diagnosis of a past period: its worst second, and the averages of the period. Immutable.
 *
 * @param situation the situation in the worst second; empty if no second was sampled
 */
@Description("Diagnosis of a past period")
public record PastDiagnosis(
        @Description("Start of the period, in UTC") Instant from,

        @Description("End of the period, in UTC") Instant to,

        @Description("The worst second of the period, which the sentence describes; empty if none was sampled")
        Optional<Instant> time,

        @Description("The situation in that second, as in the diagnosis at that time; empty if none was sampled")
        Optional<Situation> situation,

        @Description("The sentence of the diagnosis at that time")
        String sentence,

        @Description(
                value = "Seconds with a sample; fewer than the period if the process was delayed",
                unit = "seconds")
        int sampledSeconds,

        @Description(value = "Seconds in which PostgreSQL did not answer", unit = "seconds")
        int unansweredSeconds,

        @Description(value = "Maximum of the connections in use", unit = "connections")
        int maxCheckedOut,

        @Description(value = "Maximum of the callers waiting for a connection", unit = "callers")
        int maxWaiting,

        @Description(value = "Callers refused in the period", unit = "callers")
        long refused,

        @Description("Connections in use by wait event, or by state while no statement runs")
        List<ActiveSessions> waitEvents,

        @Description("Connections in use by statement") List<ActiveSessions> statements,

        @Description("Connections that wait for a lock, by the session at the head of the chain")
        List<ActiveSessions> blockers,

        @Description("Connections in use by route") List<ActiveSessions> routes,

        @Description("Callers that wait for a connection, by route")
        List<ActiveSessions> waiters,

        @Description("The blocking sessions in that second as a tree, heads first")
        List<ChainLink> chains,

        @Description("The sampled seconds, the oldest first")
        List<ActivitySecond> seconds) {

    /** The sessions or callers of a period that have something in common. */
    @Description("Sessions or callers of a period with the same wait event, statement, blocker or route")
    public record ActiveSessions(
            @Description(key = true, value = "What they have in common, for example Lock relation")
            String name,

            @Description(value = "Average number over the sampled seconds", unit = "sessions")
            double average,

            @Description(value = "Maximum number in one second", unit = "sessions")
            int max) {}

    /** A line of the tree of blocking sessions. */
    @Description(
            "A session of a chain of lock waits, or equal ones; the sessions that it blocks follow with a higher depth")
    public record ChainLink(
            @Description(value = "Depth in the tree: 0 for a session that waits for no lock", unit = "levels")
            int depth,

            @Description(
                    value = "PID of the backend; -1 for several sessions, 0 for a prepared transaction",
                    unit = "pid")
            int pid,

            @Description("The session, for example pid 4123 (psql), or the route of callers of the pool")
            String session,

            @Description("Its wait event, or its state while no statement runs")
            String waitEvent,

            @Description("Its statement: the name or the masked text")
            String statement,

            @Description(value = "Number of sessions", unit = "sessions")
            int count) {}

    @Description("The diagnosis as text for a terminal")
    public String text() {
        return PastDiagnosisText.of(this);
    }
}
