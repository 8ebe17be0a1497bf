package app.rodmena.auth.diagnosis.history;

import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.TableKey;

/** A session at the head of chains of lock waits in one second. */
@Description("A session at the head of chains of lock waits, and how many connections wait for it")
public record BlockingSession(
        @TableKey @Description("The session, for example pid 4123 (psql)")
        String name,

        @Description(value = "Connections of the pool that wait for it", unit = "connections")
        int waiting) {}
