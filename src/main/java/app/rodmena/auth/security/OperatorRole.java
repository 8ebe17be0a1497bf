package app.rodmena.auth.security;

import app.rodmena.auth.common.WireNamed;

/** The permissions of an operator. */
public enum OperatorRole implements WireNamed {
    /** May read. */
    MONITOR,
    /** May read, invoke this server's operations and change its settings. */
    CONTROL;

    public boolean mayChange() {
        return this == CONTROL;
    }
}
