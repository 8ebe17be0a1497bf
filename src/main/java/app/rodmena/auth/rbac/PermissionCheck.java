package app.rodmena.auth.rbac;

/**
 * A permission check of one user.
 *
 * @param user the user
 * @param permission the permission to check
 */
public record PermissionCheck(UserName user, PermissionName permission) {}
