package app.rodmena.auth.tools.load;

import java.util.SplittableRandom;

/** Of ten requests, eight checks, one list and one write, in an order that is the same in every run. */
final class MixedSequence implements RequestSequence {
    private static final int PARTS = 10;

    private final RequestSequence checks;
    private final LoadRequest list;
    private final WriteSequence writes;
    private final SplittableRandom random;
    private boolean lastWasWrite;

    MixedSequence(RequestSequence checks, LoadRequest list, WriteSequence writes, int seed) {
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
