package app.rodmena.auth.diagnosis;

/**
 * Many new sessions of PostgreSQL that are not of this process: each costs PostgreSQL a process and a login.
 *
 * @param perSecond the new sessions per second
 * @param application the application with the largest share of the new sessions that were seen; empty if none was seen,
 *     because they end too soon
 * @param share the share of that application, 0 to 1
 */
public record ConnectionStorm(double perSecond, String application, double share) {
    /** For example {@code 130 new connections per second to PostgreSQL, 92 % of them by billing}. */
    String describe() {
        return "connection storm: %s new connections per second to PostgreSQL%s"
                .formatted(
                        Formats.rate(perSecond),
                        application.isEmpty()
                                ? ", too short to be seen"
                                : ", %s %% of those seen by %s".formatted(Math.round(share * 100), application));
    }
}
