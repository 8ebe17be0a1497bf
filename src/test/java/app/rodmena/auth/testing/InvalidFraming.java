package app.rodmena.auth.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/**
 * Requests with ambiguous or invalid framing, which allows request smuggling. The server must answer each with 400
 * immediately and close the connection.
 */
public final class InvalidFraming {
    private static final String SMUGGLED = "DELETE /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private InvalidFraming() {}

    /** The rest of each request, after the request line and a Host header. */
    public static Stream<String> requests() {
        List<String> lengths = List.of(
                "Content-Length: 18446744073709551616\r\n\r\n" + SMUGGLED,
                "Content-Length: 9223372036854775808\r\n\r\n",
                "Content-Length: 9223372036854775807\r\n\r\n",
                "Content-Length: +5\r\n\r\nhello",
                "Content-Length: -1\r\n\r\n",
                "Content-Length: 5 5\r\n\r\nhello",
                "Content-Length: 0x5\r\n\r\nhello",
                "Content-Length: 5, 5\r\n\r\nhello",
                "Content-Length:\r\n\r\n",
                "Content-Length : 5\r\n\r\nhello",
                "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
                "Content-Length: 5\r\ncontent-length: 0\r\n\r\nhello");
        List<String> encodings = List.of(
                "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: gzip\r\n\r\n",
                "Transfer-Encoding: identity\r\n\r\n",
                "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked" + " ".repeat(100) + "x\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding:\u000bchunked\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + SMUGGLED,
                "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED);
        List<String> lines = List.of(
                "X: y\n\r\n",
                "X: y\nContent-Length: 5\r\n\r\nhello",
                "X: y\r\n folded\r\n\r\n",
                "X: y\r\n\tfolded\r\n\r\n",
                "X: y\rContent-Length: 5\r\n\r\nhello",
                "X: y\u0000z\r\n\r\n",
                ": y\r\n\r\n",
                "X y: z\r\n\r\n");
        List<String> chunks = Stream.of(
                        "\r\n",
                        "x\r\n",
                        "-5\r\nhello\r\n0\r\n\r\n",
                        "0x5\r\nhello\r\n0\r\n\r\n",
                        "5 \r\nhello\r\n0\r\n\r\n",
                        "5\nhello\r\n0\r\n\r\n",
                        "5;a\nhello\r\n0\r\n\r\n",
                        "5\r\nhello!\r\n0\r\n\r\n",
                        "5\r\nhello\n0\r\n\r\n",
                        "5\r\nhello\r\nzz\r\n",
                        "10000000000000005\r\nhello\r\n0\r\n\r\n",
                        "0\r\nX: y\n\r\n",
                        "0\r\nContent-Length: 5\r\n\r\n",
                        "0\r\nX: " + "y".repeat(20_000) + "\r\n\r\n",
                        "0\r\n\n")
                .map("Transfer-Encoding: chunked\r\n\r\n"::concat)
                .toList();
        return Stream.of(lengths, encodings, lines, chunks).flatMap(List::stream);
    }

    /** Sends a request in one write, and again with up to 1,000 single bytes; asserts that it is refused both times. */
    public static void assertIsRefused(int port, String request) throws IOException {
        try (RawClient client = new RawClient(port)) {
            assertIsRefusal(client.send(request));
        }
        try (RawClient client = new RawClient(port)) {
            sendByteByByte(client, request);
            assertIsRefusal(client);
        }
    }

    private static void sendByteByByte(RawClient client, String request) {
        try {
            int single = Math.min(request.length(), 1000);
            for (int i = 0; i < single && !client.hasReply(); i++) {
                client.send(request.substring(i, i + 1));
            }
            client.send(request.substring(single));
        } catch (IOException refused) {
            // The server has already refused the request and closed the connection.
        }
    }

    private static void assertIsRefusal(RawClient client) throws IOException {
        RawClient.Reply reply = client.reply();
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.header("content-type")).isEqualTo("application/json");
        assertThat(reply.header("connection")).isEqualTo("close");
        assertThat(reply.body()).startsWith("{\"success\":false,\"code\":400,");
        assertThat(client.isClosedByServer()).isTrue();
    }
}
