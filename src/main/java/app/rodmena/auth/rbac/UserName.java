package app.rodmena.auth.rbac;

/** The name of a user, {@code [A-Za-z0-9_.@+-]{1,64}}. */
public record UserName(String value) {
    /** @throws InvalidValueException if it is not such a name */
    public UserName {
        NameRule.USER.check(value);
    }
}
