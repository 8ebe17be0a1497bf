package app.rodmena.auth.capacity;

import app.rodmena.auth.common.WireNamed;

/** The policy if the maximum connections of the fleet exceed what PostgreSQL allows. */
public enum BudgetPolicy implements WireNamed {
    /** Logs a warning and runs. Later growth that does not fit is refused. */
    WARN,
    /** Stops the process. Later growth that does not fit is refused. */
    REFUSE,
    /** Monitors the fleet but never warns or refuses. */
    OFF
}
