package app.rodmena.auth.tools.load;

import java.util.List;

/** Repeats a role's lifecycle. After a failure it starts again, which is correct in any state of the role. */
final class WriteSequence implements RequestSequence {
    private final List<LoadRequest> lifecycle;
    private final List<LoadRequest> removal;
    private int step;
    private boolean isStarted;

    WriteSequence(List<LoadRequest> lifecycle, List<LoadRequest> removal) {
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
