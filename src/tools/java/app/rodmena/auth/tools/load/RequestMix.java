package app.rodmena.auth.tools.load;

import app.rodmena.auth.common.WireNamed;

/** The requests that a load test sends. */
public enum RequestMix implements WireNamed {
    /** Lists roles: one statement, some rows. */
    ROLES,
    /** Checks whether a user has a permission; half of the results are true. */
    CHECKS,
    /**
     * A role's lifecycle: create, grant a permission, add a member, remove both, delete. Each connection uses its own
     * roles.
     */
    WRITES,
    /** Of ten requests, eight checks, one list of roles and one write. */
    ALL
}
