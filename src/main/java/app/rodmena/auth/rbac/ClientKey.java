package app.rodmena.auth.rbac;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A client key: a UUID of version 4 that is credential and tenant in one. It shows itself to nobody but the SQL of this
 * room; everyone else gets its fingerprint, and can ask whether two are the same. Immutable and thread-safe.
 */
public final class ClientKey implements Supplier<String> {
    /** Of a UUID of version 4: {@code -} and {@code 4} are themselves, v is 8 to b, x any hexadecimal digit. */
    private static final String SHAPE = "xxxxxxxx-xxxx-4xxx-vxxx-xxxxxxxxxxxx";

    private static final int FINGERPRINT_BYTES = 6;

    /** Of this process only, so that nobody can compute the fingerprint of a key they guess. */
    private static final SecretKeySpec FINGERPRINT_KEY = randomKey();

    private final String canonical;

    /** Null until somebody asks. A race computes the same text twice. */
    private String fingerprint;

    private ClientKey(String canonical) {
        this.canonical = canonical;
    }

    /**
     * Reads a key in its usual form, 8-4-4-4-12 hexadecimal digits of either case.
     *
     * @throws InvalidValueException if it is anything else; the message does not repeat it
     */
    public static ClientKey parse(String text) {
        if (!isUuidOfVersion4(text)) {
            throw new InvalidValueException(
                    "client key: not a UUID of version 4; it must look like xxxxxxxx-xxxx-4xxx-[89ab]xxx-xxxxxxxxxxxx,"
                            + " in hexadecimal digits");
        }
        return new ClientKey(text.toLowerCase(Locale.ROOT));
    }

    /** By hand: every request has a key, and a pattern took a twentieth of what answering it takes. */
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

    /** What logs, events and metrics may show: 12 hexadecimal digits, stable only as long as this process lives. */
    public String fingerprint() {
        String known = fingerprint;
        if (known == null) {
            known = hash(canonical);
            fingerprint = known;
        }
        return known;
    }

    /** The fingerprint: what a caller's tenant is to the pool. */
    @Override
    public String get() {
        return fingerprint();
    }

    /** The key itself, in lower case, as the column {@code creator} holds it. */
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

    /** The fingerprint. */
    @Override
    public String toString() {
        return fingerprint();
    }

    private static String hash(String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(FINGERPRINT_KEY);
            return HexFormat.of().formatHex(mac.doFinal(text.getBytes(US_ASCII)), 0, FINGERPRINT_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has HmacSHA256", e);
        }
    }

    private static SecretKeySpec randomKey() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return new SecretKeySpec(bytes, "HmacSHA256");
    }
}
