package app.rodmena.auth.capacity;

import java.util.Objects;

/**
 * The processes of one name in a fleet, usually one; as pg_stat_activity shows them.
 *
 * @param instance the name
 * @param processes how many have it, by their monitor connections
 * @param pools what they announce, as {@code 5+5}; several with a comma; empty while none does
 * @param poolMaximum the most that their pools may open together
 * @param pooled connections of their pools that are open now
 * @param beside connections open now that are neither a pool's nor a monitor's: those that migrate
 * @param undecided processes beside these that have not decided yet whether they fit; they have no share
 */
public record Member(
        String instance, int processes, String pools, int poolMaximum, int pooled, int beside, int undecided) {
    public Member {
        Objects.requireNonNull(instance, "instance");
        Objects.requireNonNull(pools, "pools");
    }

    /**
     * The most connections that it may have: of its pools, and of its monitors. Whoever has lost its monitor for the
     * moment, and so announces nothing, has at least what it has; who has not decided yet has nothing but that.
     */
    public int share() {
        if (isUndecided()) {
            return pooled;
        }
        return Math.max(poolMaximum, pooled + beside) + processes * Demand.MONITORS_PER_WORKER;
    }

    /** What its share is as long as none of its processes has decided; 0 as soon as one has. */
    int undecidedShare() {
        return isUndecided() ? share() : 0;
    }

    private boolean isUndecided() {
        return processes == 0 && undecided > 0;
    }

    /** Connections open now, counted towards its share. */
    public int open() {
        return pooled + beside + processes * Demand.MONITORS_PER_WORKER;
    }
}
