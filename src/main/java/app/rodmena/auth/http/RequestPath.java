package app.rodmena.auth.http;

import io.undertow.server.HttpServerExchange;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Decodes the path of a request: {@code +} is a plus, and {@code %2F} becomes a separator. Stateless. */
final class RequestPath {
    private RequestPath() {}

    static String of(HttpServerExchange exchange) {
        String path = exchange.getRequestURI();
        return decoded("The path", exchange.isHostIncludedInRequestURI() ? withoutHost(path) : path);
    }

    private static String withoutHost(String target) {
        int host = target.indexOf("://") + 3;
        int path = target.indexOf('/', host);
        return path < 0 ? "/" : target.substring(path);
    }

    /**
     * Decodes a part of the request target.
     *
     * @param part its name, for the message
     * @throws HttpError if it is not percent-encoded UTF-8
     */
    static String decoded(String part, String path) {
        if (path.indexOf('%') < 0) {
            return path;
        }
        ByteBuffer bytes = ByteBuffer.allocate(path.length());
        try {
            for (int at = 0; at < path.length(); at++) {
                char next = path.charAt(at);
                if (next == '%') {
                    bytes.put((byte) HexFormat.fromHexDigits(path, at + 1, at + 3));
                    at += 2;
                } else {
                    // The parser accepts ASCII only
                    bytes.put((byte) next);
                }
            }
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw HttpError.badRequest(part + " is not percent-encoded UTF-8");
        }
    }
}
