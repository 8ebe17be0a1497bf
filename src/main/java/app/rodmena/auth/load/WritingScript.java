package app.rodmena.auth.load;

import java.util.List;

/** A role's life, again and again; after a failure from its beginning, which is right whatever is there already. */
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

    /** Whether there may be something to remove: of a request that was cut off nobody knows. */
    boolean hasBegun() {
        return hasBegun;
    }

    Question removing() {
        return removing;
    }
}
