package app.rodmena.auth.rbac;

/**
 * An entry in the list of roles. Names from the database are plain strings, because older installations may contain
 * names that are invalid today.
 *
 * @param description the role's description; null if it has none
 */
public record RoleEntry(String role, String description) {}
