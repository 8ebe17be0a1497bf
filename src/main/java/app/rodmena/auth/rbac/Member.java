package app.rodmena.auth.rbac;

/**
 * That a user has a role.
 *
 * @param user the user's name
 * @param role the role's name
 */
public record Member(String user, String role) {}
