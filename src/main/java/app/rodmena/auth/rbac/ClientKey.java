package app.rodmena.auth.rbac;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A client key: a UUID of version 4 that is both the credential and the tenant. Only the SQL of this package can read
 * it; other code gets its fingerprint and can compare keys. Immutable and thread-safe.
 */
public final class ClientKey implements Supplier<String> {
    /**
     * The pattern of a UUID of version 4: {@code -} and {@code 4} are literal, v is 8 to b, x any hexadecimal digit.
     */
    private static final String SHAPE = "xxxxxxxx-xxxx-4xxx-vxxx-xxxxxxxxxxxx";

    private static final String HMAC = "HmacSHA256";
    private static final int FINGERPRINT_BYTES = 6;

    /** Random for each process, so that an attacker cannot compute the fingerprint of a guessed key. */
    private static final SecretKeySpec FINGERPRINT_KEY = randomKey();

    private final String canonical;

    /** Computed at first use, null before. A race computes the same value twice. */
    private String fingerprint;

    private ClientKey(String canonical) {
        this.canonical = canonical;
    }

    /**
     * Parses a key in the form 8-4-4-4-12 of hexadecimal digits, upper or lower case.
     *
     * @throws InvalidValueException if it is invalid; the message does not contain it
     */
    public static ClientKey parse(String text) {
        if (!isUuidOfVersion4(text)) {
            throw new InvalidValueException(
                    "client key: not a UUID of version 4; it must look like xxxxxxxx-xxxx-4xxx-[89ab]xxx-xxxxxxxxxxxx,"
                            + " in hexadecimal digits");
        }
        return new ClientKey(text.toLowerCase(Locale.ROOT));
    }

    /** The key in the column {@code creator}; empty if the column is null or has no key. */
    static Optional<ClientKey> ofCreator(String creator) {
        return creator != null && isUuidOfVersion4(creator) ? Optional.of(new ClientKey(creator)) : Optional.empty();
    }

    /** Uses a loop, because every request has a key, and a regular expression took 5 % of a request's time. */
    private static boolean isUuidOfVersion4(String text) {
        if (text.length() != SHAPE.length()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean fits = switch (SHAPE.charAt(i)) {
                case 'x' -> HexFormat.isHexDigit(c);
                case 'v' -> c == '8' || c == '9' || c == 'a' || c == 'b' || c == 'A' || c == 'B';
                default -> c == SHAPE.charAt(i);
            };
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    /** The form for logs, events and metrics: 12 hexadecimal digits, stable for the lifetime of the process. */
    public String fingerprint() {
        String cached = fingerprint;
        if (cached == null) {
            byte[] mac = hmac(FINGERPRINT_KEY, canonical.getBytes(US_ASCII));
            cached = HexFormat.of().formatHex(mac, 0, FINGERPRINT_BYTES);
            fingerprint = cached;
        }
        return cached;
    }

    /** Returns the fingerprint, which identifies the tenant to the pool. */
    @Override
    public String get() {
        return fingerprint();
    }

    /** The HMAC of a text with this key, which is the same in all processes. */
    byte[] sign(String text, byte[] more) {
        return hmac(new SecretKeySpec(canonical.getBytes(US_ASCII), HMAC), text.getBytes(UTF_8), more);
    }

    /** The key in lower case, as stored in the column {@code creator}. */
    String creator() {
        return canonical;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ClientKey key && canonical.equals(key.canonical);
    }

    @Override
    public int hashCode() {
        return canonical.hashCode();
    }

    @Override
    public String toString() {
        return fingerprint();
    }

    private static byte[] hmac(SecretKeySpec key, byte[]... parts) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            for (byte[] part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has HmacSHA256", e);
        }
    }

    private static SecretKeySpec randomKey() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return new SecretKeySpec(bytes, HMAC);
    }
}
