package app.rodmena.auth.postgres.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;

/**
 * A shell process that waits for the end of this process. If this process ends without closing the reaper (for example
 * by kill -9), the shell stops PostgreSQL, and deletes the data if it is ephemeral.
 */
final class OrphanReaper implements AutoCloseable {
    private static final String CLOSED = "closed";

    /**
     * $1 is the postmaster's pid, $2 its cluster directory, $3 the directory to delete, or empty. The script signals
     * the process only while postmaster.pid still has that pid: a server that was started later has another one.
     */
    private static final String SCRIPT = """
            trap '' INT TERM HUP
            read -r word
            [ "$word" = %s ] && exit
            [ "$(head -n 1 "$2/postmaster.pid")" = "$1" ] && kill -INT "$1"
            [ -z "$3" ] && exit
            while kill -0 "$1"; do sleep 0.1; done
            rm -rf -- "$3"
            """.formatted(CLOSED);

    private final Process shell;

    private OrphanReaper(Process shell) {
        this.shell = shell;
    }

    static OrphanReaper start(String postmaster, DataDirectory directory) throws IOException {
        String cluster = directory.cluster().toString();
        String directoryToDelete = directory.isEphemeral() ? directory.path().toString() : "";
        return new OrphanReaper(new ProcessBuilder("sh", "-c", SCRIPT, "reaper", postmaster, cluster, directoryToDelete)
                .directory(new File("/"))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    /** Ends the shell without further action. */
    @Override
    public void close() throws IOException {
        try (OutputStream input = shell.getOutputStream()) {
            input.write((CLOSED + "\n").getBytes(UTF_8));
        }
    }
}
