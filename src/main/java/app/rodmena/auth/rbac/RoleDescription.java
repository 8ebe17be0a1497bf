package app.rodmena.auth.rbac;

/**
 * The description of a role.
 *
 * @param text 1 to {@value #MAX_LENGTH} characters without control characters; null for no description
 */
public record RoleDescription(String text) {
    /** The size of the column in older installations. */
    private static final int MAX_LENGTH = 256;

    /** @throws InvalidValueException if the text is invalid */
    public RoleDescription {
        if (text != null && !isValid(text)) {
            throw new InvalidValueException(
                    "description: must be null, or 1 to %s characters without control characters"
                            .formatted(MAX_LENGTH));
        }
    }

    private static boolean isValid(String text) {
        long length = text.codePoints().count();
        return length >= 1
                && length <= MAX_LENGTH
                && text.codePoints()
                        .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
    }
}
