package app.rodmena.auth.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

/** The two variants of percent-encoding: a plus is a plus in libpq's URLs, and a space in pgjdbc's. */
enum PercentCodec {
    LIBPQ,
    PGJDBC;

    /** @throws IllegalArgumentException if the encoding is invalid; the message quotes no part of the text */
    String decode(String text) {
        ByteArrayOutputStream decoded = new ByteArrayOutputStream();
        byte[] bytes = text.getBytes(UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '%') {
                decoded.write(octet(bytes, i + 1));
                i += 2;
            } else {
                decoded.write(this == PGJDBC && bytes[i] == '+' ? ' ' : bytes[i]);
            }
        }
        try {
            return UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(decoded.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("has percent-encoded bytes that are not UTF-8");
        }
    }

    private static int octet(byte[] bytes, int at) {
        int high = at < bytes.length ? Character.digit(bytes[at], 16) : -1;
        int low = at + 1 < bytes.length ? Character.digit(bytes[at + 1], 16) : -1;
        if (high < 0 || low < 0 || high + low == 0) {
            throw new IllegalArgumentException(
                    "has a %% that is not followed by two hexadecimal digits (a %% itself is written %%25)"
                            .formatted());
        }
        return high * 16 + low;
    }
}
