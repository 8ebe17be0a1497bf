package app.rodmena.auth.rbac;

/** The name of a role, {@code [A-Za-z0-9_:|-]{1,64}}. */
public record RoleName(String value) {
    /** @throws InvalidValueException if the name is invalid */
    public RoleName {
        NameRule.ROLE.check(value);
    }
}
