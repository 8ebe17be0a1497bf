package app.rodmena.auth.rbac;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * The cursors of a list: the position of a row, with a code that only the list's tenant can compute. All servers accept
 * the cursors of the others. Immutable.
 */
final class ListCursor {
    /** Changes with the order of any list. */
    private static final byte VERSION = 1;

    private static final int CODE_BYTES = 12;
    private static final String SEPARATOR = "\0";

    private final ClientKey key;
    private final String list;

    /** @param names the names in the list's query */
    ListCursor(ClientKey key, String list, List<String> names) {
        this.key = key;
        this.list = list + SEPARATOR + String.join(SEPARATOR, names);
    }

    String format(List<String> position) {
        byte[] text = String.join(SEPARATOR, position).getBytes(UTF_8);
        ByteBuffer cursor = ByteBuffer.allocate(1 + CODE_BYTES + text.length);
        cursor.put(VERSION).put(code(text)).put(text);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(cursor.array());
    }

    /** The columns of a position; throws an {@link InvalidValueException} if it is no cursor of this list. */
    List<String> parse(String cursor, int columns) {
        byte[] bytes = decoded(cursor);
        if (bytes.length > 0 && bytes[0] != VERSION) {
            throw new InvalidValueException("after: a cursor of another version; start again without it");
        }
        if (bytes.length <= CODE_BYTES) {
            throw invalid();
        }
        byte[] text = Arrays.copyOfRange(bytes, 1 + CODE_BYTES, bytes.length);
        if (!MessageDigest.isEqual(code(text), Arrays.copyOfRange(bytes, 1, 1 + CODE_BYTES))) {
            throw invalid();
        }
        List<String> position = List.of(new String(text, UTF_8).split(SEPARATOR, -1));
        if (position.size() != columns) {
            throw invalid();
        }
        return position;
    }

    private byte[] code(byte[] position) {
        return Arrays.copyOf(key.sign(VERSION + list + SEPARATOR, position), CODE_BYTES);
    }

    private static byte[] decoded(String cursor) {
        try {
            return Base64.getUrlDecoder().decode(cursor);
        } catch (IllegalArgumentException e) {
            throw invalid();
        }
    }

    static InvalidValueException invalid() {
        return new InvalidValueException("after: not a cursor of this list; use the link in the response before");
    }
}
