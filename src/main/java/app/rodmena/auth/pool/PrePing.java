package app.rodmena.auth.pool;

/** When a connection is tested before it is handed out. */
public enum PrePing {
    /** At every checkout: one round trip each. */
    ALWAYS,
    /** Only if nobody used it for more than 500 ms. */
    IDLE,
    /** Never: a broken connection is found by whoever gets it. */
    OFF
}
