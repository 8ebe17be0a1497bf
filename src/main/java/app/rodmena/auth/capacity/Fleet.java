package app.rodmena.auth.capacity;

import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * All processes like this one with its role and its database, and what they may open together against what PostgreSQL
 * has for them: as pg_stat_activity alone tells it. Nothing is kept anywhere, so a process that dies takes its share
 * along.
 *
 * @param takenAt when PostgreSQL was asked, by our clock
 * @param limits what it lets the fleet have
 * @param members by name
 */
public record Fleet(Instant takenAt, Limits limits, List<Member> members) {
    public Fleet {
        Objects.requireNonNull(takenAt, "takenAt");
        Objects.requireNonNull(limits, "limits");
        members = List.copyOf(members);
    }

    public int processes() {
        return members.stream().mapToInt(Member::processes).sum();
    }

    /** The most connections that all may have together. */
    public int committed() {
        return members.stream().mapToInt(Member::share).sum();
    }

    /** Connections that all have open now. */
    public int open() {
        return members.stream().mapToInt(Member::open).sum();
    }

    /** What stays free when all have opened what they may; negative if so many are missing. */
    public int headroom() {
        return limits.tightest().room() - committed();
    }

    public boolean fits() {
        return headroom() >= 0;
    }

    /** Whether so many more connections fit. */
    public boolean hasRoomFor(int more) {
        return headroom() >= more;
    }

    /**
     * Whether a process fits that has not decided yet. What it has open already, having waited for PostgreSQL, is
     * committed and is part of its demand; it needs room once.
     */
    boolean hasRoomFor(String instance, Demand demand) {
        int counted = members.stream()
                .filter(member -> member.instance().equals(instance))
                .mapToInt(Member::undecidedShare)
                .sum();
        return hasRoomFor(demand.total() - counted);
    }

    /** Whose limit it is and how much of it is left, to be read. */
    public String inWords() {
        Bound bound = limits.tightest();
        return "%s of %s connections are committed to %s process%s (%s %s%s%s%s)"
                .formatted(
                        committed(),
                        limits.room(),
                        processes(),
                        processes() == 1 ? "" : "es",
                        bound.kind().words(),
                        bound.limit(),
                        bound.reserved() == 0 ? "" : ", %s reserved".formatted(bound.reserved()),
                        bound.others() == 0 ? "" : ", %s used by others".formatted(bound.others()),
                        bound.otherFleets() == 0
                                ? ""
                                : ", %s for servers with another role or database".formatted(bound.otherFleets()));
    }
}
