package app.rodmena.auth.rbac;

/** A permission check of one user. */
public record PermissionCheck(UserName user, PermissionName permission) {}
