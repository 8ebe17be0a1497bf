package app.rodmena.auth.faults;

import app.rodmena.auth.faults.Recording.WriteOutcome;
import java.util.List;

/** W: no acknowledged write is lost, and no write refused as without effect is in the database. */
final class WritesKept implements Invariant {
    @Override
    public List<Violation> check(Recording seen) {
        return seen.writes().stream()
                .filter(write -> write.acknowledged() ? !write.found() : write.notDone() && write.found())
                .map(WritesKept::violation)
                .toList();
    }

    private static Violation violation(WriteOutcome write) {
        return new Violation(
                'W',
                write.at(),
                write.acknowledged()
                        ? "role %s was acknowledged and is lost".formatted(write.role())
                        : "role %s was refused with %s and is there".formatted(write.role(), write.reason()));
    }
}
