package app.rodmena.auth;

import app.rodmena.auth.pool.event.PoolEvent;
import app.rodmena.auth.pool.event.PoolEventKind;
import app.rodmena.auth.pool.event.PoolListener;
import java.util.concurrent.atomic.LongAdder;

/** A listener that is on the class path, as a jar of somebody's would bring it. */
public final class InstalledListener implements PoolListener {
    static final LongAdder CHECKOUTS = new LongAdder();

    @Override
    public void onEvent(PoolEvent event) {
        if (event.kind() == PoolEventKind.CHECKOUT) {
            CHECKOUTS.increment();
        }
    }
}
