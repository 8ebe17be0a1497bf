package app.rodmena.auth.common;

/**
 * The characters of a request id: {@code A-Z a-z 0-9 . _ : @ = + / -}. None of them has a meaning in a header, in a log
 * line, in JSON or in HTML.
 */
public final class RequestIdSyntax {
    public static final int MAX_LENGTH = 128;

    private RequestIdSyntax() {}

    /** Whether a text is a request id of 1 to {@value #MAX_LENGTH} characters. */
    public static boolean isValid(CharSequence id) {
        int length = id.length();
        if (length == 0 || length > MAX_LENGTH) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (!isAllowed(id.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAllowed(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || "._:@=+/-".indexOf(c) >= 0;
    }
}
