package app.rodmena.auth.rbac;

/**
 * A permission that a user has by a role.
 *
 * @param name the permission's name
 * @param role the role that grants it
 */
public record RolePermission(String name, String role) {}
