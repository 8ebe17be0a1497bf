package app.rodmena.auth.diagnosis;

import app.rodmena.auth.schema.Description;

/** A recommended action. */
@Description("One recommendation")
public record Recommendation(
        @Description("The action and its effect") String what,

        @Description("The command; empty if there is none") String command) {}
