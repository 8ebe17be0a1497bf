package app.rodmena.auth.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;

/**
 * A shell that waits for this process to end. If it ended without a word, by a kill -9 say, the shell stops PostgreSQL
 * in its place, and removes the data if it was not meant to stay.
 */
final class Guard implements AutoCloseable {
    private static final String CLOSED = "closed";

    /**
     * $1 the postmaster, $2 its data directory, $3 what to remove, or nothing. It signals only the process that it was
     * given, and only while that is still the postmaster: a server started since has another one.
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

    private Guard(Process shell) {
        this.shell = shell;
    }

    static Guard over(String postmaster, DataDirectory directory) throws IOException {
        String cluster = directory.cluster().toString();
        String doomed = directory.isEphemeral() ? directory.path().toString() : "";
        return new Guard(new ProcessBuilder("sh", "-c", SCRIPT, "guard", postmaster, cluster, doomed)
                .directory(new File("/"))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    /** Tells it that there is nothing left to be done. */
    @Override
    public void close() throws IOException {
        try (OutputStream words = shell.getOutputStream()) {
            words.write((CLOSED + "\n").getBytes(UTF_8));
        }
    }
}
