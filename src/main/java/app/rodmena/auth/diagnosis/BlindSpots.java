package app.rodmena.auth.diagnosis;

import app.rodmena.auth.activity.Backend;
import app.rodmena.auth.activity.PostgresSnapshot;
import java.util.ArrayList;
import java.util.List;

/** Lists the facts that a diagnosis lacks, each with a remedy where there is one. Pure functions. */
final class BlindSpots {
    private BlindSpots() {}

    static List<String> of(Observation observed) {
        List<String> spots = new ArrayList<>();
        if (observed.postgres().isEmpty() && observed.outage().isEmpty()) {
            spots.add("PostgreSQL did not tell its side in time (%s): the verdicts are from this side alone"
                    .formatted(observed.silence()));
        }
        observed.postgres().ifPresent(view -> ofPostgres(view, spots));
        if (observed.postgres().isPresent() && !observed.pidsKnown()) {
            spots.add("Backend pids are unknown, as behind PgBouncer: what PostgreSQL says can't be told apart by"
                    + " connection");
        }
        return spots;
    }

    private static void ofPostgres(PostgresSnapshot view, List<String> spots) {
        long hidden = view.backends().stream().filter(Backend::hidden).count();
        if (hidden > 0) {
            spots.add("What %s may not be seen by our role %s; as a superuser: grant pg_read_all_stats to \"%s\""
                    .formatted(
                            hidden == 1 ? "1 other session does" : hidden + " other sessions do",
                            view.role(),
                            view.role()));
        }
        long unexplained = view.backends().stream()
                .filter(backend -> backend.waitsForLock() && backend.lockWait().isEmpty())
                .count();
        if (unexplained > 0) {
            spots.add("PostgreSQL did not say in time which session holds the lock that %s"
                    .formatted(unexplained == 1 ? "1 session waits for" : unexplained + " sessions wait for"));
        }
        if (view.backends().stream().anyMatch(backend -> backend.state().equals("disabled"))) {
            spots.add("PostgreSQL does not track what its backends do: set track_activities = on");
        }
    }
}
