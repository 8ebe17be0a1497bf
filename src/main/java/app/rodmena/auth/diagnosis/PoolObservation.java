package app.rodmena.auth.diagnosis;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.pool.ConnectionView;
import app.rodmena.auth.pool.OpeningView;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.pool.PoolView;
import app.rodmena.auth.pool.RefusalListener.QueueSnapshot;
import app.rodmena.auth.pool.WaiterView;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The pool's state in one observation. */
record PoolObservation(
        Instant at,
        PoolView view,
        PoolSettings settings,
        List<ConnectionView> connections,
        List<WaiterView> waiters,
        OpeningView opening) {

    static PoolObservation of(DatabaseEngine engine) {
        return new PoolObservation(
                Instant.now(),
                engine.pool().view(),
                engine.pool().settings(),
                engine.pool().connections(),
                engine.pool().waiters(),
                engine.pool().opening());
    }

    /** A copy with the queue at the time of a refusal. */
    PoolObservation with(QueueSnapshot queue) {
        return new PoolObservation(
                at,
                view.withQueue(queue.waiters().size(), queue.oldestWait()),
                settings,
                connections,
                queue.waiters(),
                opening);
    }

    Optional<ConnectionView> connection(int id) {
        return connections.stream().filter(connection -> connection.id() == id).findFirst();
    }

    boolean hasWaiters() {
        return view.numbers().waiting() > 0;
    }
}
