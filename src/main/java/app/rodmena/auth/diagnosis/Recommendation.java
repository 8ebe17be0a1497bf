package app.rodmena.auth.diagnosis;

import app.rodmena.auth.schema.Description;

/** A recommended action. */
@Description("One recommendation")
public record Recommendation(
        @Description("The action and its effect") String what,

        @Description("The command; empty if there is none") String command,

        @Description(
                "The action of the admin listener with the same effect, for example terminateBackend; empty if there"
                        + " is none")
        String action,

        @Description(value = "PID of the backend for the action terminateBackend; 0 for other actions", unit = "pid")
        int pid) {}
