package app.rodmena.auth.database.activity;

import app.rodmena.auth.common.WireNamed;

/** The owner of a backend's connection, by its application_name. */
public enum BackendOwner implements WireNamed {
    /** The pool of this process. */
    POOL,
    /** This process, outside of its pool: the monitor connection, or one for migrations. */
    OURS,
    /** Another auth server, with another instance name. */
    SIBLING,
    /** Another client. */
    OTHER
}
