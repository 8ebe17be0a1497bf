package app.rodmena.auth.diagnosis;

/**
 * Something to do about it.
 *
 * @param what what, and what it leads to
 * @param command the exact command; empty where there is none
 */
public record Recommendation(String what, String command) {}
