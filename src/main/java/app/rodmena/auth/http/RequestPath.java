package app.rodmena.auth.http;

import io.undertow.server.HttpServerExchange;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Decodes the path of a request: {@code +} is a plus, and {@code %2F} becomes a separator. Stateless. */
final class RequestPath {
    private RequestPath() {}

    /** @throws HttpError if the path is not percent-encoded UTF-8 */
    static String of(HttpServerExchange exchange) {
        String path = exchange.getRequestURI();
        return decoded(exchange.isHostIncludedInRequestURI() ? withoutHost(path) : path);
    }

    private static String withoutHost(String target) {
        int host = target.indexOf("://") + 3;
        int path = target.indexOf('/', host);
        return path < 0 ? "/" : target.substring(path);
    }

    static String decoded(String path) {
        int escape = path.indexOf('%');
        if (escape < 0) {
            return path;
        }
        ByteBuffer bytes = ByteBuffer.allocate(path.length());
        for (int at = 0; at < path.length(); at++) {
            char next = path.charAt(at);
            if (next == '%') {
                bytes.put((byte) (hex(path, at + 1) << 4 | hex(path, at + 2)));
                at += 2;
            } else {
                // The parser accepts ASCII only
                bytes.put((byte) next);
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException e) {
            throw malformed();
        }
    }

    private static int hex(String path, int at) {
        int digit = at < path.length() ? Character.digit(path.charAt(at), 16) : -1;
        if (digit < 0) {
            throw malformed();
        }
        return digit;
    }

    private static HttpError malformed() {
        return HttpError.badRequest("The path is not percent-encoded UTF-8");
    }
}
