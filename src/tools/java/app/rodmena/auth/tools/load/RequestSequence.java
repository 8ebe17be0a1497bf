package app.rodmena.auth.tools.load;

import java.util.List;
import java.util.SplittableRandom;

/** The sequence of a client's requests. Used on the I/O thread only. */
interface RequestSequence {
    LoadRequest next();

    /** Is called after a request failed and its effect on the server is unknown. */
    default void failed() {}

    /** Repeats a role's lifecycle. After a failure it starts again, which is correct in any state of the role. */
    final class Writes implements RequestSequence {
        private final List<LoadRequest> lifecycle;
        private final List<LoadRequest> removal;
        private int step;
        private boolean isStarted;

        Writes(List<LoadRequest> lifecycle, List<LoadRequest> removal) {
            this.lifecycle = lifecycle;
            this.removal = removal;
        }

        @Override
        public LoadRequest next() {
            LoadRequest next = lifecycle.get(step);
            step = (step + 1) % lifecycle.size();
            isStarted = true;
            return next;
        }

        @Override
        public void failed() {
            step = 0;
        }

        /** Whether there may be something to remove: the effect of an aborted request is unknown. */
        boolean isStarted() {
            return isStarted;
        }

        /** The requests that delete the role and its member. */
        List<LoadRequest> removal() {
            return removal;
        }
    }

    /** Of ten requests, eight checks, one list and one write, in an order that is the same in every run. */
    final class Mixed implements RequestSequence {
        private static final int PARTS = 10;

        private final RequestSequence checks;
        private final LoadRequest list;
        private final Writes writes;
        private final SplittableRandom random;
        private boolean lastWasWrite;

        Mixed(RequestSequence checks, LoadRequest list, Writes writes, int seed) {
            this.checks = checks;
            this.list = list;
            this.writes = writes;
            this.random = new SplittableRandom(-1 - seed);
        }

        @Override
        public LoadRequest next() {
            int part = random.nextInt(PARTS);
            lastWasWrite = part == 0;
            if (lastWasWrite) {
                return writes.next();
            }
            return part == 1 ? list : checks.next();
        }

        @Override
        public void failed() {
            if (lastWasWrite) {
                writes.failed();
            }
        }
    }
}
