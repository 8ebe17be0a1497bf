package app.rodmena.auth.diagnosis;

import app.rodmena.auth.activity.Backend;
import app.rodmena.auth.activity.PostgresView;
import app.rodmena.auth.pool.ConnectionView;
import app.rodmena.auth.pool.ConnectionView.Use;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Judges every connection that is out. A pure function of what was observed, and of what was suspected before. */
final class Holders {
    /** A process that is younger than our connection is another one of the same pid. */
    private static final Duration TOLERANCE = Duration.ofSeconds(1);

    /** One use of one connection, and how far it had come. */
    record Suspect(int connectionId, long checkout, long statements) {
        static Suspect of(ConnectionView connection) {
            return new Suspect(connection.id(), connection.checkouts(), connection.statements());
        }
    }

    /**
     * @param holders whoever has a connection longest first
     * @param suspects those that look as if they had lost PostgreSQL, which a second look must confirm
     */
    record Judged(List<Holder> holders, Set<Suspect> suspects) {}

    private final Observed observed;
    private final Judge judge;

    private Holders(Observed observed, DiagnosisConfig config) {
        this.observed = observed;
        Optional<Culprits> culprits = observed.postgres()
                .map(view -> new Culprits(view, observed.after().connections()));
        this.judge = new Judge(
                Thresholds.of(config, observed.after().settings().leakThreshold(), observed.isWanted()),
                observed.outage(),
                backend -> culprits.flatMap(known -> known.of(backend)));
    }

    static Judged judge(Observed observed, DiagnosisConfig config, Set<Suspect> suspectedBefore) {
        return new Holders(observed, config).judgeAll(suspectedBefore);
    }

    private Judged judgeAll(Set<Suspect> suspectedBefore) {
        List<Holder> holders = new ArrayList<>();
        Set<Suspect> suspects = new HashSet<>();
        for (ConnectionView connection : observed.after().connections()) {
            if (connection.use().isPresent()) {
                Sighting seen = sighting(connection, connection.use().get());
                Suspect asSuspect = Suspect.of(connection);
                Judgement judgement = judge.judge(seen, suspectedBefore.contains(asSuspect));
                if (judgement.unconfirmed().isPresent()) {
                    suspects.add(asSuspect);
                }
                holders.add(holder(seen, connection.use().get(), judgement));
            }
        }
        holders.sort(Comparator.comparing(Holder::heldFor).reversed());
        return new Judged(holders, suspects);
    }

    private Sighting sighting(ConnectionView after, Use use) {
        Duration heldFor = Duration.between(use.since(), observed.after().at());
        return new Sighting(
                observed.before().connection(after.id()).filter(before -> isSameUse(before, after)),
                after,
                heldFor.isNegative() ? Duration.ZERO : heldFor,
                observed.postgres().flatMap(view -> backend(view, after)),
                observed.postgres().isPresent(),
                observed.stacks().getOrDefault(after.id(), List.of()));
    }

    private static boolean isSameUse(ConnectionView before, ConnectionView after) {
        return before.use().isPresent() && before.checkouts() == after.checkouts();
    }

    private Optional<Backend> backend(PostgresView view, ConnectionView connection) {
        return view.backend(connection.backendPid()).filter(backend -> isOfSameAge(view, backend, connection));
    }

    private boolean isOfSameAge(PostgresView view, Backend backend, ConnectionView connection) {
        Duration sinceView = Duration.between(view.takenAt(), observed.after().at());
        Duration ageThen = connection.age().minus(sinceView).minus(TOLERANCE);
        return backend.connectedFor()
                .map(connected -> connected.compareTo(ageThen) >= 0)
                .orElse(true);
    }

    private Holder holder(Sighting seen, Use use, Judgement judgement) {
        ConnectionView connection = seen.after();
        return new Holder(
                connection.id(),
                connection.backendPid(),
                use.route(),
                use.tenant(),
                use.callers(),
                use.thread(),
                use.since(),
                seen.heldFor(),
                judgement.verdict(),
                judgement.because(),
                judgement.evidence(),
                judgement.culprit(),
                connection.lastSql(),
                connection.lastSqlAge(),
                connection.transaction(),
                seen.backend(),
                Frames.lines(seen.stack()),
                Frames.lines(observed.checkoutStacks().getOrDefault(connection.id(), List.of())),
                Frames.ofApplication(seen.stack()).orElse(""));
    }
}
