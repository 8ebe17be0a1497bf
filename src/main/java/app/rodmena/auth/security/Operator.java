package app.rodmena.auth.security;

import app.rodmena.auth.common.WireNamed;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * One line of the operators file.
 *
 * @param name {@code [A-Za-z0-9_.@-]{1,64}}
 */
record Operator(String name, OperatorRole role, PasswordHash password) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.@-]{1,64}");

    Operator {
        Objects.requireNonNull(role, "role");
        Objects.requireNonNull(password, "password");
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("a name must be 1 to 64 of the characters A-Z a-z 0-9 _ . @ -");
        }
    }

    /** @throws IllegalArgumentException if the line is not {@code name:role:hash}; the message quotes no part of it */
    static Operator parse(String line) {
        String[] parts = line.split(":", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("must be name:role:hash");
        }
        OperatorRole role = WireNamed.find(OperatorRole.class, parts[1])
                .orElseThrow(() -> new IllegalArgumentException("the role must be monitor or control"));
        return new Operator(parts[0], role, PasswordHash.parse(parts[2]));
    }

    String line() {
        return name + ":" + role.wireName() + ":" + password.text();
    }
}
