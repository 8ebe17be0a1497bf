package app.rodmena.auth.load;

/** What is asked of the server. */
public enum Mix {
    /** The list of roles: one statement, some rows. */
    ROLES,
    /** Whether a user has a permission, which the answer confirms or denies half of the time. */
    CHECKS,
    /**
     * A role's life: made, given a permission and a member, both taken, deleted. Each connection has roles of its own.
     */
    WRITES,
    /** Of ten requests eight checks, one list of roles, one write. */
    ALL
}
