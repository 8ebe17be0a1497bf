package app.rodmena.auth.rbac;

/**
 * A role as the list of roles shows it. Names that come out of the database are plain text: an older installation may
 * hold some that would not be accepted today.
 *
 * @param role its name
 * @param description what it is for; null unless somebody wrote it into the database
 */
public record RoleEntry(String role, String description) {}
