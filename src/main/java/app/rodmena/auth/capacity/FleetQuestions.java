package app.rodmena.auth.capacity;

import app.rodmena.auth.database.Monitor;
import app.rodmena.auth.pool.PoolSettings;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What is asked about a fleet, on the monitor connection. Each waits for its answer, seconds at most. Thread-safe. */
final class FleetQuestions {
    private static final long PATIENCE_SECONDS = 5;

    /** After so long it is decided out of turn: somebody else uses our locks, and nobody must wait for ever. */
    private static final Duration LONGEST_WAIT_FOR_A_TURN = Duration.ofSeconds(3);

    private static final Duration PAUSE = Duration.ofMillis(20);

    private static final String BEHIND_POOLER =
            "the way to PostgreSQL goes through a pooler such as PgBouncer, where sessions are shared";

    private final Monitor monitor;

    FleetQuestions(Monitor monitor) {
        this.monitor = monitor;
    }

    /** The fleet as it is. */
    Fleet look() throws Unanswered, InterruptedException {
        return ask(ServerLimits::fleet);
    }

    /** Announces that this process is about to decide, so that others leave it out until it has. */
    void arrive() throws Unanswered, InterruptedException {
        if (!ask(connection -> new FleetLocks(connection).markUndecided())) {
            throw new Unanswered("somebody else holds the advisory lock (1635087464, 2)", false, null);
        }
    }

    /**
     * Whether this process with its demand fits beside those that are there; if it does, or stays all the same, it
     * counts from now on.
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

    /** Whether this process may grow to that; if it may, others see it as grown from now on. */
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

    /** Whether this process might grow to that now; nothing comes of it. */
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
