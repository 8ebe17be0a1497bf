package app.rodmena.auth.rbac;

/**
 * Whether a user may do something, as a question.
 *
 * @param user who
 * @param permission what
 */
public record Check(UserName user, PermissionName permission) {}
