package app.rodmena.auth.tools.load;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** Prints a load's progress: on a terminal one line that is overwritten, else a line every 5 s. Not thread-safe. */
final class ProgressLine {
    private static final int BAR = 16;

    /** Fits a terminal of 80 columns; a longer line would wrap and could not be overwritten. */
    private static final int WIDTH = 79;

    private static final long NANOS_BETWEEN_LINES = Duration.ofSeconds(5).toNanos();
    private static final String START_OF_LINE_AND_ERASE = "\r\033[K";

    private final PrintStream out;
    private final boolean isTerminal;
    private long lastNanos = System.nanoTime();

    ProgressLine(PrintStream out, boolean isTerminal) {
        this.out = out;
        this.isTerminal = isTerminal;
    }

    void show(Progress progress, int poolMaximum) {
        if (progress.ended() == 0) {
            return;
        }
        String line = line(progress, poolMaximum);
        if (isTerminal) {
            out.print(START_OF_LINE_AND_ERASE + fitted(bar(progress.share()), line));
            out.flush();
        } else if (System.nanoTime() - lastNanos >= NANOS_BETWEEN_LINES) {
            lastNanos = System.nanoTime();
            out.println(line);
        }
    }

    /** Prints a message that is not overwritten. */
    void say(String words) {
        clear();
        out.println("auth: " + words);
    }

    /** Erases the line, so that other output can follow. */
    void clear() {
        if (isTerminal) {
            out.print(START_OF_LINE_AND_ERASE);
            out.flush();
        }
    }

    static String line(Progress progress, int poolMaximum) {
        String done = progress.planned()
                .map(planned -> String.format(Locale.ROOT, "%,d/%,d", progress.ended(), planned))
                .orElseGet(() -> String.format(
                        Locale.ROOT,
                        "%,d in %d s",
                        progress.ended(),
                        progress.elapsed().toSeconds()));
        String line = String.format(
                Locale.ROOT,
                "%s  %,.0f/s  p99 %s",
                done,
                progress.perSecond(),
                LoadReport.millis(progress.p99Millis()));
        String errors = progress.errors() == 0 ? "" : String.format(Locale.ROOT, "  %,d errors", progress.errors());
        return line
                + errors
                + progress.pool().map(pool -> "  " + pool(pool, poolMaximum)).orElse("");
    }

    private static String pool(HealthSample pool, int maximum) {
        return "pool %s/%s in use, %s overflow".formatted(pool.checkedOut(), maximum, pool.overflow());
    }

    private static String fitted(String bar, String line) {
        String both = bar + " " + line;
        return both.length() <= WIDTH ? both : line.substring(0, Math.min(WIDTH, line.length()));
    }

    private static String bar(double share) {
        int full = (int) (BAR * Math.min(1, share));
        return "[" + "#".repeat(full) + ".".repeat(BAR - full) + "]";
    }
}
