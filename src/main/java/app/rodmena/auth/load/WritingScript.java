package app.rodmena.auth.load;

import java.util.List;

/** Repeats a role's lifecycle; after a failure it starts again, which is correct in any state. */
final class WritingScript implements Script {
    private final List<Question> life;
    private final Question removing;
    private int step;
    private boolean hasBegun;

    WritingScript(List<Question> life, Question removing) {
        this.life = life;
        this.removing = removing;
    }

    @Override
    public Question next() {
        Question next = life.get(step);
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

    Question removing() {
        return removing;
    }
}
