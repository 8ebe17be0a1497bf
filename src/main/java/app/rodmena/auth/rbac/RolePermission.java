package app.rodmena.auth.rbac;

/** A permission that a user has by a role. */
public record RolePermission(String name, String role) {}
