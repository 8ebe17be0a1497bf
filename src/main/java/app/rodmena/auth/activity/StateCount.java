package app.rodmena.auth.activity;

/**
 * How many backends of one name are in one state.
 *
 * @param application their application_name
 * @param user the role they are logged in as
 * @param state what they do; empty where our role may not see it
 * @param count how many
 */
public record StateCount(String application, String user, String state, int count) {}
