package app.rodmena.auth.diagnosis.history;

import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.TableKey;

/** The sessions or callers of a period that have something in common. */
@Description("Sessions or callers of a period with the same wait event, statement, blocker or route")
public record ActiveSessions(
        @TableKey @Description("What they have in common, for example Lock relation")
        String name,

        @Description(value = "Average number over the sampled seconds", unit = "sessions")
        double average,

        @Description(value = "Maximum number in one second", unit = "sessions")
        int max) {}
