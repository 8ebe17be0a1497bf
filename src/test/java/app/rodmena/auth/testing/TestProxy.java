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

/** Stands between a client and a server and misbehaves on cue. */
public final class TestProxy implements AutoCloseable {
    private volatile DatabaseTarget behind;
    private final Object thawed = new Object();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private ServerSocket listener;
    private Thread acceptor;
    private final int port;
    private volatile boolean frozen;
    private volatile boolean answersFrozen;
    private volatile long delayMillis;
    private volatile String cue = "";
    private volatile int era;
    private volatile boolean refusesOptions;
    private volatile boolean ignoresOptions;
    private final AtomicInteger accepted = new AtomicInteger();

    /** A proxy that behaves, so far. */
    public TestProxy(DatabaseTarget behind) {
        this.behind = behind;
        this.port = freePort();
        start();
    }

    /** Not one of those that the system gives out: one could be taken while the server is gone. */
    private static int freePort() {
        for (int port : new Random().ints(100, 15_000, 32_000).toArray()) {
            try (ServerSocket probe = new ServerSocket()) {
                probe.setReuseAddress(true);
                probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return port;
            } catch (IOException e) {
                // Somebody's; there are others.
            }
        }
        throw new IllegalStateException("no free port");
    }

    /** The same database, through this proxy. */
    public DatabaseTarget target() {
        String direct = ":" + serverPort() + "/";
        return new DatabaseTarget(behind.jdbcUrl().replace(direct, ":" + port + "/"), behind.user(), behind.password());
    }

    /** The address moves: new connections lead to that server, open ones stay where they are. */
    public void moveTo(DatabaseTarget other) {
        behind = other;
    }

    /** How many connections it has accepted so far. */
    public int accepted() {
        return accepted.get();
    }

    /** The server is gone: every connection is cut and no other accepted. */
    public void stop() {
        try {
            listener.close();
            acceptor.join(); // Only then the port is free.
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The server is there again, at the same address. */
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

    /** Every open connection ends with a reset, on both sides; new ones are served. */
    public void resetConnections() {
        for (Socket socket : sockets) {
            try {
                socket.setSoLinger(true, 0);
                socket.close();
            } catch (IOException e) {
                // It has ended by itself.
            }
        }
    }

    /** Every connection is cut, and new ones are neither accepted nor refused until {@link #start}. */
    public void stopAccepting() {
        stop();
        try {
            listener = listen(1);
            // The kernel accepts as many as the backlog has room for
            for (int i = 0; i < 4; i++) {
                Socket filling = new Socket();
                sockets.add(filling);
                filling.connect(listener.getLocalSocketAddress(), 200);
            }
        } catch (SocketTimeoutException e) {
            // It is full.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From now on everything is passed on that much later. */
    public void delay(Duration time) {
        delayMillis = time.toMillis();
    }

    /** From now on it accepts connections and passes nothing on, in neither direction. */
    public void freeze() {
        frozen = true;
    }

    /** From now on it passes on what clients send, and nothing that the server sends. */
    public void freezeAnswers() {
        answersFrozen = true;
    }

    /** It freezes as soon as somebody says that, and before it is passed on. */
    public void freezeAt(String cue) {
        this.cue = cue;
    }

    /** As a firewall does: connections that are open now are never served again, new ones are. */
    public synchronized void forgetOpenConnections() {
        era++;
    }

    public void thaw() {
        synchronized (thawed) {
            frozen = false;
            answersFrozen = false;
            thawed.notifyAll();
        }
    }

    /** From now on start-up packets with {@code options} are answered as PgBouncer answers them. */
    public void refuseOptions() {
        refusesOptions = true;
    }

    /** From now on {@code options} in start-up packets are dropped silently, as PgBouncer can be told to. */
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
            // Stopped.
        }
    }

    private void serve(Socket client) {
        sockets.add(client);
        try (client;
                Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort())) {
            sockets.add(server);
            if ((refusesOptions || ignoresOptions) && !passStartup(client, server)) {
                return;
            }
            thread(() -> pump(server, client, true));
            pump(client, server, false);
        } catch (IOException e) {
            // Either side is gone.
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
            // Either side is gone.
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

    /** Without TLS and options. @return whether the client may go on */
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
