package app.rodmena.auth.rbac;

/** A user's membership in a role. */
public record Membership(String user, String role) {}
