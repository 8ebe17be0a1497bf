package app.rodmena.auth.rbac;

/**
 * A user's membership in a role.
 *
 * @param user the user's name
 * @param role the role's name
 */
public record Membership(String user, String role) {}
