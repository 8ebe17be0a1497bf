package app.rodmena.auth.activity;

/** Whose connection a backend serves, as its application_name tells. */
public enum Whose {
    /** The pool's of this process. */
    POOL,
    /** This process's connection that watches, or one that migrates. */
    OURS,
    /** Another process's of this kind, under another instance name. */
    SIBLING,
    /** Anybody else's. */
    OTHER
}
