package app.rodmena.auth.rbac;

import java.util.Locale;

/**
 * The rule for one kind of name.
 *
 * @param kind the kind, for messages
 * @param marks the characters allowed besides ASCII letters and digits
 * @param maxLength the maximum number of characters
 */
record NameRule(String kind, String marks, int maxLength) {
    static final NameRule USER = new NameRule("user", "_.@+:|-", 64);
    static final NameRule ROLE = new NameRule("role", "_:|-", 64);
    static final NameRule PERMISSION = new NameRule("permission", "_:|-", 128);
    static final NameRule WORKFLOW = new NameRule("workflow", "_:|-", 128);
    static final NameRule WORKFLOW_TO_RUN = new NameRule("workflow", "_:|-", 64);

    /** Returns a valid name unchanged; throws an {@link InvalidValueException} for another one. */
    String check(String name) {
        if (name.isEmpty()) {
            throw invalid("is empty");
        }
        if (name.length() > maxLength) {
            throw invalid("has more than %s characters".formatted(maxLength));
        }
        for (int i = 0; i < name.length(); i++) {
            if (!allows(name.charAt(i))) {
                throw invalid("has %s at position %s".formatted(escaped(name.codePointAt(i)), i + 1));
            }
        }
        return name;
    }

    private boolean allows(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || marks.indexOf(c) >= 0;
    }

    /** Escapes all characters except printable ASCII: input must not control a log or a terminal. */
    private static String escaped(int character) {
        return character > ' ' && character <= '~'
                ? "'" + Character.toString(character) + "'"
                : String.format(Locale.ROOT, "U+%04X", character);
    }

    private InvalidValueException invalid(String problem) {
        return new InvalidValueException("%s: %s; allowed are 1 to %s of A-Z a-z 0-9 %s"
                .formatted(kind, problem, maxLength, String.join(" ", marks.split(""))));
    }
}
