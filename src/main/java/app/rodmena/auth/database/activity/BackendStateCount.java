package app.rodmena.auth.database.activity;

/**
 * The number of backends of an application and role in a state.
 *
 * @param user the role they are logged in as
 * @param state their state; empty if the role of the query may not see it
 */
public record BackendStateCount(String application, String user, String state, int count) {}
