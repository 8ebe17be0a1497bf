package app.rodmena.auth.capacity;

import app.rodmena.auth.database.Monitor;
import app.rodmena.auth.pool.PoolSettings;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The queries about a fleet, on the monitor connection. Each blocks for a few seconds at most. Thread-safe. */
final class FleetQuestions {
    private static final long PATIENCE_SECONDS = 5;

    /** After so long it is decided out of turn: somebody else uses our locks, and nobody must wait for ever. */
    private static final Duration LONGEST_WAIT_FOR_A_TURN = Duration.ofSeconds(3);

    private static final Duration PAUSE = Duration.ofMillis(20);

    private static final String BEHIND_POOLER =
            "PostgreSQL is behind a pooler such as PgBouncer, which shares sessions";

    private final Monitor monitor;

    FleetQuestions(Monitor monitor) {
        this.monitor = monitor;
    }

    /** Reads the current fleet. */
    Fleet look() throws Unanswered, InterruptedException {
        return ask(ServerLimits::fleet);
    }

    /** Announces that this process is about to decide; others do not count it until it has. */
    void arrive() throws Unanswered, InterruptedException {
        if (!ask(connection -> new FleetLocks(connection).markUndecided())) {
            throw new Unanswered("another session holds the advisory lock (1635087464, 2)", false, null);
        }
    }

    /**
     * Decides whether there is room for this process's demand; if there is, or if it runs anyway, others count it from
     * now on.
     */
    Turn enter(String instance, Demand own, boolean staysAnyway) throws Unanswered, InterruptedException {
        return inTurn((connection, fleet) -> {
            boolean fits = fleet.hasRoomFor(instance, own);
            if (fits || staysAnyway) {
                new FleetLocks(connection).markDecided();
            }
            return fits;
        });
    }

    /** Decides whether this process may grow; if it may, announces its new maximum to the others. */
    Turn grow(PoolSettings now, PoolSettings wanted) throws Unanswered, InterruptedException {
        int more = wanted.maximum() - now.maximum();
        return inTurn((connection, fleet) -> {
            boolean fits = fleet.hasRoomFor(more);
            if (fits) {
                monitor.announce(connection, wanted);
            }
            return fits;
        });
    }

    /** Returns what {@link #grow} would decide, without any effect. */
    Turn couldGrow(PoolSettings now, PoolSettings wanted) throws Unanswered, InterruptedException {
        Fleet fleet = look();
        return new Turn(fleet, fleet.hasRoomFor(wanted.maximum() - now.maximum()));
    }

    private Turn inTurn(Turn.Decision decision) throws Unanswered, InterruptedException {
        long deadline = System.nanoTime() + LONGEST_WAIT_FOR_A_TURN.toNanos();
        while (true) {
            boolean mayBeOutOfTurn = System.nanoTime() - deadline > 0;
            Optional<Turn> turn = ask(connection -> Turn.take(connection, mayBeOutOfTurn, decision));
            if (turn.isPresent()) {
                return turn.get();
            }
            Thread.sleep(PAUSE.toMillis());
        }
    }

    private <T> T ask(Monitor.Question<T> question) throws Unanswered, InterruptedException {
        try {
            return monitor.ask(connection -> {
                        if (monitor.backendPid() == 0) {
                            throw new SQLException(BEHIND_POOLER);
                        }
                        return question.ask(connection);
                    })
                    .toCompletableFuture()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            String message = String.valueOf(e.getCause().getMessage())
                    .lines()
                    .findFirst()
                    .orElse("");
            throw new Unanswered(message, message.equals(BEHIND_POOLER), e.getCause());
        } catch (TimeoutException e) {
            throw new Unanswered("PostgreSQL has not answered for %s s".formatted(PATIENCE_SECONDS), false, e);
        }
    }
}
