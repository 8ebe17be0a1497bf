package app.rodmena.auth.tools.load;

import static app.rodmena.auth.common.NumberText.decimal;
import static app.rodmena.auth.common.NumberText.grouped;

import app.rodmena.auth.tools.load.PoolWatch.HealthSample;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;

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

    void show(LoadDriver.Progress progress, Optional<HealthSample> pool, int poolMaximum) {
        if (progress.ended() == 0) {
            return;
        }
        String line = line(progress, pool, poolMaximum);
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

    private static String line(LoadDriver.Progress progress, Optional<HealthSample> pool, int poolMaximum) {
        String ended = grouped(progress.ended());
        String done = progress.planned()
                .map(planned -> ended + "/" + grouped(planned))
                .orElseGet(() -> ended + " in " + progress.elapsed().toSeconds() + " s");
        String use = pool.map(now ->
                        "  pool %s/%s in use, %s overflow".formatted(now.checkedOut(), poolMaximum, now.overflow()))
                .orElse("");
        return "%s  %s/s  p99 %s"
                        .formatted(done, decimal(progress.perSecond(), 0), LoadReport.millis(progress.p99Millis()))
                + (progress.errors() == 0 ? "" : "  " + grouped(progress.errors()) + " errors")
                + use;
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
