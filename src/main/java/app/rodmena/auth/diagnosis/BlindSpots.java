package app.rodmena.auth.diagnosis;

import app.rodmena.auth.database.activity.Backend;
import app.rodmena.auth.database.activity.PostgresSnapshot;
import java.util.ArrayList;
import java.util.List;

/** Lists the facts that a diagnosis lacks, each with a remedy where there is one. Pure functions. */
final class BlindSpots {
    private BlindSpots() {}

    static List<String> of(Observation observation) {
        List<String> spots = new ArrayList<>();
        if (observation.postgres().isEmpty() && observation.outage().isEmpty()) {
            spots.add("PostgreSQL's view is missing (%s): the verdicts use the client side only"
                    .formatted(observation.missingReason()));
        }
        observation.postgres().ifPresent(view -> ofPostgres(view, spots));
        if (observation.postgres().isPresent() && !observation.pidsKnown()) {
            spots.add("Backend pids are unknown, for example behind PgBouncer: backends cannot be matched to"
                    + " connections");
        }
        return spots;
    }

    private static void ofPostgres(PostgresSnapshot view, List<String> spots) {
        long hidden = view.backends().stream().filter(Backend::hidden).count();
        if (hidden > 0) {
            spots.add("Role %s may not see the activity of %s; as a superuser: grant pg_read_all_stats to \"%s\""
                    .formatted(
                            view.role(), Formats.count((int) hidden, "other session", "other sessions"), view.role()));
        }
        long unknownLocks = view.backends().stream()
                .filter(backend -> backend.waitsForLock() && backend.lockWait().isEmpty())
                .count();
        if (unknownLocks > 0) {
            spots.add("PostgreSQL did not report in time which session holds the lock that %s"
                    .formatted(unknownLocks == 1 ? "1 session waits for" : unknownLocks + " sessions wait for"));
        }
        if (view.backends().stream().anyMatch(backend -> backend.state().equals("disabled"))) {
            spots.add("PostgreSQL does not track the activity of its backends: set track_activities = on");
        }
    }
}
