package app.rodmena.auth.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.util.Objects;

/** A password that is masked in {@link #toString()}; only {@link #reveal()} returns the text. Immutable. */
public final class Secret {
    public static final Secret NONE = new Secret("");

    private final String text;

    private Secret(String text) {
        this.text = text;
    }

    public static Secret of(String text) {
        return text.isEmpty() ? NONE : new Secret(text);
    }

    /** The password in clear text; call it only where the login is sent or the password file is written. */
    public String reveal() {
        return text;
    }

    public boolean isPresent() {
        return !text.isEmpty();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret
                && MessageDigest.isEqual(text.getBytes(UTF_8), secret.text.getBytes(UTF_8));
    }

    @Override
    public int hashCode() {
        return Objects.hash(Secret.class, text);
    }

    @Override
    public String toString() {
        return isPresent() ? "****" : "";
    }
}
