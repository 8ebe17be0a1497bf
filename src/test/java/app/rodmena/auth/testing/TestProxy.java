package app.rodmena.auth.testing;

import app.rodmena.auth.postgres.DatabaseTarget;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A TCP proxy in front of PostgreSQL that injects network faults. */
public final class TestProxy implements AutoCloseable {
    private volatile DatabaseTarget behind;
    private final Object thawed = new Object();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private ServerSocket listener;
    private Thread acceptor;
    private final int port;
    private volatile boolean frozen;
    private volatile boolean answersFrozen;
    private volatile boolean newFrozen;
    private volatile long delayMillis;
    private volatile String cue = "";
    private volatile int era;
    private volatile boolean refusesOptions;
    private volatile boolean ignoresOptions;
    private final AtomicInteger accepted = new AtomicInteger();

    /** Starts a proxy that forwards without faults. */
    public TestProxy(DatabaseTarget behind) {
        this.behind = behind;
        this.port = freePort();
        start();
    }

    /**
     * A port outside the system's ephemeral range: another process could take one of those while the proxy is stopped.
     */
    private static int freePort() {
        for (int port : new Random().ints(100, 15_000, 32_000).toArray()) {
            try (ServerSocket probe = new ServerSocket()) {
                probe.setReuseAddress(true);
                probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return port;
            } catch (IOException e) {
                // In use: try another.
            }
        }
        throw new IllegalStateException("no free port");
    }

    /** The same database, through this proxy. */
    public DatabaseTarget target() {
        String direct = ":" + serverPort() + "/";
        return new DatabaseTarget(behind.jdbcUrl().replace(direct, ":" + port + "/"), behind.user(), behind.password());
    }

    /** Forwards new connections to another server, as after a change of DNS; open ones keep theirs. */
    public void moveTo(DatabaseTarget other) {
        behind = other;
    }

    /** The number of connections accepted so far. */
    public int accepted() {
        return accepted.get();
    }

    /** Closes all connections and refuses new ones until {@link #start}. */
    public void stop() {
        try {
            listener.close();
            acceptor.join(); // The port is free only after that.
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Accepts connections again, on the same port. */
    public void start() {
        try {
            if (listener != null) {
                stop();
            }
            listener = listen(50);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ServerSocket accepting = listener;
        acceptor = thread(() -> accept(accepting));
    }

    private ServerSocket listen(int backlog) throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), backlog);
        return socket;
    }

    /** Resets all open connections on both sides; still serves new ones. */
    public void resetConnections() {
        for (Socket socket : sockets) {
            try {
                socket.setSoLinger(true, 0);
                socket.close();
            } catch (IOException e) {
                // Already closed.
            }
        }
    }

    /** Closes all connections; new ones are neither accepted nor refused until {@link #start}. */
    public void stopAccepting() {
        stop();
        try {
            listener = listen(1);
            // Fill the backlog: the kernel accepts connections until it is full.
            for (int i = 0; i < 4; i++) {
                Socket filling = new Socket();
                sockets.add(filling);
                filling.connect(listener.getLocalSocketAddress(), 200);
            }
        } catch (SocketTimeoutException e) {
            // The backlog is full.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Delays all further data by this time, in both directions. */
    public void delay(Duration time) {
        delayMillis = time.toMillis();
    }

    /** Still accepts connections, but forwards no data in either direction until {@link #thaw}. */
    public void freeze() {
        frozen = true;
    }

    /** Forwards the clients' data, but no data of the server, until {@link #thaw}. */
    public void freezeAnswers() {
        answersFrozen = true;
    }

    /** Still accepts connections, but forwards no data of new ones, until {@link #thaw}. */
    public void freezeNewConnections() {
        newFrozen = true;
    }

    /** Freezes when the data of either side contains this text, before it is forwarded. */
    public void freezeAt(String cue) {
        this.cue = cue;
    }

    /** Drops all data of the open connections without closing them, like a firewall; serves new ones. */
    public synchronized void forgetOpenConnections() {
        era++;
    }

    public void thaw() {
        synchronized (thawed) {
            frozen = false;
            answersFrozen = false;
            newFrozen = false;
            thawed.notifyAll();
        }
    }

    /** Refuses further start-up packets with {@code options}, with PgBouncer's error. */
    public void refuseOptions() {
        refusesOptions = true;
    }

    /** Removes {@code options} from further start-up packets, like PgBouncer with ignore_startup_parameters. */
    public void ignoreOptions() {
        ignoresOptions = true;
    }

    @Override
    public void close() {
        stop();
        thaw();
    }

    private int serverPort() {
        return URI.create(behind.jdbcUrl().substring("jdbc:".length())).getPort();
    }

    private void accept(ServerSocket accepting) {
        try {
            while (true) {
                Socket client = accepting.accept();
                accepted.incrementAndGet();
                thread(() -> serve(client));
            }
        } catch (IOException e) {
            // The listener was closed.
        }
    }

    private void serve(Socket client) {
        sockets.add(client);
        synchronized (thawed) {
            while (newFrozen) {
                try {
                    thawed.wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
        try (client;
                Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort())) {
            sockets.add(server);
            if ((refusesOptions || ignoresOptions) && !passStartup(client, server)) {
                return;
            }
            thread(() -> pump(server, client, true));
            pump(client, server, false);
        } catch (IOException e) {
            // One side has closed its connection.
        } finally {
            sockets.remove(client);
        }
    }

    private void pump(Socket from, Socket to, boolean answers) {
        byte[] buffer = new byte[8192];
        int born = era;
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (!cue.isEmpty() && new String(buffer, 0, read, StandardCharsets.ISO_8859_1).contains(cue)) {
                    cue = "";
                    frozen = true;
                }
                awaitThaw(born, answers);
                out.write(buffer, 0, read);
            }
        } catch (IOException e) {
            // One side has closed its connection.
        } finally {
            sockets.remove(from);
        }
    }

    private void awaitThaw(int born, boolean answers) throws IOException {
        synchronized (thawed) {
            long due = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(delayMillis);
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                try {
                    TimeUnit.NANOSECONDS.timedWait(thawed, left);
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            while (frozen || (answers && answersFrozen) || (born != era && !listener.isClosed())) {
                try {
                    thawed.wait();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
        }
    }

    /** Forwards a start-up packet without options; declines TLS. @return false if the packet is refused */
    private boolean passStartup(Socket client, Socket server) throws IOException {
        DataInputStream in = new DataInputStream(client.getInputStream());
        byte[] packet = packet(in);
        if (packet.length == 4) {
            client.getOutputStream().write('N');
            packet = packet(in);
        }
        String text = new String(packet, StandardCharsets.ISO_8859_1);
        if (refusesOptions && text.contains("\0options\0")) {
            client.getOutputStream().write(refusal());
            return false;
        }
        packet = text.replaceFirst("\0options\0[^\0]*", "").getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer startup = ByteBuffer.allocate(4 + packet.length);
        startup.putInt(4 + packet.length).put(packet);
        server.getOutputStream().write(startup.array());
        return true;
    }

    private static byte[] packet(DataInputStream in) throws IOException {
        return in.readNBytes(in.readInt() - 4);
    }

    private static byte[] refusal() {
        byte[] fields = "SFATAL\0C08P01\0Munsupported startup parameter: options\0\0".getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(5 + fields.length)
                .put((byte) 'E')
                .putInt(4 + fields.length)
                .put(fields)
                .array();
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "proxy");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
