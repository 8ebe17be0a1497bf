package app.rodmena.auth.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The listening sockets of a process, read from Linux's /proc. */
public final class ListeningSockets {
    private static final String LISTEN = "0A";

    private ListeningSockets() {}

    public static List<String> ofThisProcess() {
        return of(ProcessHandle.current().pid());
    }

    /** This process's listening sockets without those that existed before. */
    public static List<String> since(List<String> before) {
        List<String> now = new ArrayList<>(ofThisProcess());
        before.forEach(now::remove);
        return now;
    }

    /** The listening sockets of a process, each as {@code address:port}. */
    public static List<String> of(long pid) {
        return sockets(pid)
                .filter(fields -> fields[3].equals(LISTEN))
                .map(fields -> address(fields[1]))
                .toList();
    }

    /** The number of accepted connections that are not closed. */
    public static int accepted(long pid) {
        List<String[]> sockets = sockets(pid).toList();
        Set<String> ports = sockets.stream()
                .filter(fields -> fields[3].equals(LISTEN))
                .map(fields -> port(fields[1]))
                .collect(Collectors.toSet());
        return (int) sockets.stream()
                .filter(fields -> !fields[3].equals(LISTEN) && ports.contains(port(fields[1])))
                .count();
    }

    private static String port(String hex) {
        return hex.substring(hex.indexOf(':') + 1);
    }

    private static Stream<String[]> sockets(long pid) {
        Set<String> inodes = inodes(pid);
        return Stream.of("tcp", "tcp6")
                .flatMap(table -> lines(Path.of("/proc/%d/net/%s".formatted(pid, table))))
                .map(line -> line.strip().split("\\s+"))
                .filter(fields -> fields.length > 9 && inodes.contains(fields[9]));
    }

    private static Set<String> inodes(long pid) {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/%d/fd".formatted(pid)))) {
            return descriptors
                    .map(ListeningSockets::target)
                    .filter(target -> target.startsWith("socket:["))
                    .map(target -> target.substring("socket:[".length(), target.length() - 1))
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The target of a descriptor; empty if it was closed meanwhile. */
    public static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return "";
        }
    }

    private static Stream<String> lines(Path table) {
        try {
            return Files.readAllLines(table).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Decodes an address; the kernel writes each 32-bit word in the machine's byte order. */
    private static String address(String hex) {
        String[] parts = hex.split(":", 2);
        ByteBuffer words = ByteBuffer.wrap(HexFormat.of().parseHex(parts[0]));
        ByteBuffer address = ByteBuffer.allocate(words.capacity()).order(ByteOrder.nativeOrder());
        while (words.hasRemaining()) {
            address.putInt(words.getInt());
        }
        try {
            return InetAddress.getByAddress(address.array()).getHostAddress() + ":" + Integer.parseInt(parts[1], 16);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
