package app.rodmena.auth.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Map;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** An HTTP/2 client over TLS that sends exactly the given frames. */
public final class RawHttp2Client implements AutoCloseable {
    public static final int DATA = 0;
    public static final int HEADERS = 1;
    public static final int RST_STREAM = 3;
    public static final int SETTINGS = 4;
    public static final int PING = 6;
    public static final int GOAWAY = 7;
    public static final int WINDOW_UPDATE = 8;
    public static final int CONTINUATION = 9;
    public static final int END_STREAM = 1;
    public static final int END_HEADERS = 4;

    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    private final SSLSocket socket;
    private final DataInputStream in;
    private final DataOutputStream out;
    private int nextStream = 1;

    /**
     * A frame as received.
     *
     * @param payload a character for each byte
     */
    public record Frame(int type, int flags, int stream, String payload) {
        /** The error code of a reset or of a GOAWAY: its last byte, as all codes are small. */
        public int error() {
            return payload.charAt(type == GOAWAY ? 7 : 3);
        }

        public boolean endsStream() {
            return type <= HEADERS && (flags & END_STREAM) != 0;
        }
    }

    /** @param settings settings by their number */
    public RawHttp2Client(int port, SSLContext context, Map<Integer, Integer> settings) throws IOException {
        socket = (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(20_000);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        in = new DataInputStream(socket.getInputStream());
        out = new DataOutputStream(socket.getOutputStream());
        out.write(PREFACE.getBytes(ISO_8859_1));
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        DataOutputStream data = new DataOutputStream(payload);
        for (var setting : settings.entrySet()) {
            data.writeShort(setting.getKey());
            data.writeInt(setting.getValue());
        }
        send(SETTINGS, 0, 0, payload.toByteArray());
    }

    public void send(int type, int flags, int stream, byte[] payload) throws IOException {
        out.writeByte(payload.length >> 16);
        out.writeShort(payload.length);
        out.writeByte(type);
        out.writeByte(flags);
        out.writeInt(stream);
        out.write(payload);
        out.flush();
    }

    /**
     * Sends a request without a body.
     *
     * @param headers alternating names, in lower case, and values
     * @return its stream
     */
    public int request(String method, String path, String... headers) throws IOException {
        int stream = nextStream();
        send(HEADERS, END_STREAM | END_HEADERS, stream, head(method, path, headers));
        return stream;
    }

    public int nextStream() {
        int stream = nextStream;
        nextStream += 2;
        return stream;
    }

    /** The head of a request, without compression. */
    public static byte[] head(String method, String path, String... headers) throws IOException {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        literal(block, ":method", method);
        literal(block, ":scheme", "https");
        literal(block, ":authority", "localhost");
        literal(block, ":path", path);
        for (int i = 0; i < headers.length; i += 2) {
            literal(block, headers[i], headers[i + 1]);
        }
        return block.toByteArray();
    }

    /** A literal header field without indexing, by RFC 7541. */
    private static void literal(ByteArrayOutputStream block, String name, String value) throws IOException {
        block.write(0);
        for (String text : new String[] {name, value}) {
            int length = text.length();
            if (length < 127) {
                block.write(length);
            } else {
                block.write(127);
                int rest = length - 127;
                for (; rest >= 128; rest >>= 7) {
                    block.write((rest & 127) | 128);
                }
                block.write(rest);
            }
            block.write(text.getBytes(ISO_8859_1));
        }
    }

    public void reset(int stream) throws IOException {
        send(RST_STREAM, 0, stream, new byte[] {0, 0, 0, 8});
    }

    /** Reads frames up to one that matches. */
    public Frame await(Predicate<Frame> wanted) throws IOException {
        while (true) {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            Frame frame = new Frame(
                    in.readUnsignedByte(),
                    in.readUnsignedByte(),
                    in.readInt(),
                    new String(in.readNBytes(length), ISO_8859_1));
            if (wanted.test(frame)) {
                return frame;
            }
        }
    }

    /** Reads frames up to the next one of a stream that is not a window update. */
    public Frame next(int stream) throws IOException {
        return await(frame -> frame.stream() == stream && frame.type() != WINDOW_UPDATE);
    }

    public Frame goAway() throws IOException {
        return await(frame -> frame.type() == GOAWAY);
    }

    /** Reads until the server closes the connection. */
    public void awaitClose() throws IOException {
        try {
            await(frame -> false);
        } catch (java.io.EOFException | java.net.SocketException | javax.net.ssl.SSLException closed) {
            // Expected
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
