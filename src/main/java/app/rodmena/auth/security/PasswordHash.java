package app.rodmena.auth.security;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * A salted password hash: PBKDF2 with HMAC-SHA-512, written as {@code pbkdf2-sha512$iterations$salt$hash}. Immutable.
 * Hashing takes about 0.1 s by design; never call it on an I/O thread.
 */
record PasswordHash(String text) {
    /** Recommended for PBKDF2-HMAC-SHA512 by OWASP's Password Storage Cheat Sheet. */
    private static final int ITERATIONS = 210_000;

    private static final int MAX_ITERATIONS = 10_000_000;
    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;
    private static final Pattern FORMAT = Pattern.compile(
            "pbkdf2-sha512\\$(\\d{4,8})\\$"
                    + "([A-Za-z0-9+/]{4}){5,21}([A-Za-z0-9+/]{2}(==)?|[A-Za-z0-9+/]{3}=?|[A-Za-z0-9+/]{4})\\$[A-Za-z0-9+/]{43}=");
    private static final SecureRandom RANDOM = new SecureRandom();

    /** @throws IllegalArgumentException if the text is not a hash; the message quotes no part of it */
    PasswordHash {
        Matcher matcher = FORMAT.matcher(text);
        if (!matcher.matches() || Integer.parseInt(matcher.group(1)) > MAX_ITERATIONS) {
            throw new IllegalArgumentException("the hash must have the form that ./run.sh operator add writes");
        }
    }

    static PasswordHash of(String password) {
        byte[] salt = new byte[SALT_BYTES];
        RANDOM.nextBytes(salt);
        Base64.Encoder base64 = Base64.getEncoder();
        String hash = base64.encodeToString(derive(password, salt, ITERATIONS));
        return new PasswordHash("pbkdf2-sha512$%s$%s$%s".formatted(ITERATIONS, base64.encodeToString(salt), hash));
    }

    /** Whether this is the hash of a password, in constant time for a given number of iterations. */
    boolean matches(String password) {
        String[] parts = text.split("\\$", -1);
        Base64.Decoder base64 = Base64.getDecoder();
        byte[] derived = derive(password, base64.decode(parts[2]), Integer.parseInt(parts[1]));
        return MessageDigest.isEqual(base64.decode(parts[3]), derived);
    }

    private static byte[] derive(String password, byte[] salt, int iterations) {
        PBEKeySpec key = new PBEKeySpec(password.toCharArray(), salt, iterations, 8 * HASH_BYTES);
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512")
                    .generateSecret(key)
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no PBKDF2WithHmacSHA512", e);
        } finally {
            key.clearPassword();
        }
    }

    @Override
    public String toString() {
        return "****";
    }
}
