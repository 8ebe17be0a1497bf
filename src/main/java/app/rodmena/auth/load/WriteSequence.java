package app.rodmena.auth.load;

import java.util.List;

/** Repeats a role's lifecycle; after a failure it starts again, which is correct in any state. */
final class WriteSequence implements RequestSequence {
    private final List<LoadRequest> life;
    private final LoadRequest removing;
    private int step;
    private boolean hasBegun;

    WriteSequence(List<LoadRequest> life, LoadRequest removing) {
        this.life = life;
        this.removing = removing;
    }

    @Override
    public LoadRequest next() {
        LoadRequest next = life.get(step);
        step = (step + 1) % life.size();
        hasBegun = true;
        return next;
    }

    @Override
    public void failed() {
        step = 0;
    }

    /** Whether there may be something to remove: the effect of an aborted request is unknown. */
    boolean hasBegun() {
        return hasBegun;
    }

    LoadRequest removing() {
        return removing;
    }
}
