package app.rodmena.auth.diagnosis;

/**
 * A recommended action.
 *
 * @param what the action and its effect
 * @param command the exact shell command; empty if there is none
 */
public record Recommendation(String what, String command) {}
