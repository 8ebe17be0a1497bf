package app.rodmena.auth.rbac;

/** The name of a user, {@code [A-Za-z0-9_.@+:|-]{1,64}}. */
public record UserName(String value) {
    /** @throws InvalidValueException if the name is invalid */
    public UserName {
        NameRule.USER.check(value);
    }
}
