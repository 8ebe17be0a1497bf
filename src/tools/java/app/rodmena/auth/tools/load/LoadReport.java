package app.rodmena.auth.tools.load;

import app.rodmena.auth.common.DurationFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Formats the results of a load as text. */
final class LoadReport {
    private LoadReport() {}

    static String text(LoadResults result) {
        StringBuilder text = new StringBuilder();
        if (result.interrupted()) {
            text.append("Stopped early; the results up to then:\n");
        }
        if (result.serverGone()) {
            text.append("Ended early: no connection to the server succeeded for 5 s.\n");
        }
        text.append(row("Load", load(result)));
        text.append(row(
                "Throughput",
                String.format(
                        Locale.ROOT,
                        "%s/s: %,d correct responses in %s",
                        number(result.throughput()),
                        result.correct(),
                        seconds(result))));
        text.append(row("Latency", latency(result.latency())));
        result.serviceTime().ifPresent(service -> text.append(row("  once sent", latency(service))));
        text.append(row("Errors", errors(result.errors())));
        result.errors().examples().forEach((kind, example) -> text.append(row("", kind(kind) + ": " + example)));
        text.append(row("Pool", pool(result.pool()))).append('\n');
        result.verdict().forEach(expectation -> text.append(verdict(expectation)));
        return text.toString();
    }

    /** A Markdown table with a row for each result. */
    static String surge(List<LoadResults> results) {
        StringBuilder table = new StringBuilder("""
                | clients | requests/s | p50 | p99 | max | in use | open | all in use | errors |
                |---:|---:|---:|---:|---:|---:|---:|---:|---:|
                """);
        for (LoadResults result : results) {
            PoolUse pool = result.pool();
            table.append(String.format(
                    Locale.ROOT,
                    "| %,d | %s | %s | %s | %s | %d | %d | %s | %,d |%n",
                    result.plan().clients(),
                    number(result.throughput()),
                    millis(result.latency().p50()),
                    millis(result.latency().p99()),
                    millis(result.latency().max()),
                    pool.mostOut(),
                    pool.mostOpen(),
                    share(pool.allOut().looks(), pool.looks()),
                    result.errors().total()));
        }
        results.stream()
                .flatMap(result -> result.verdict().stream()
                        .filter(expectation -> !expectation.isMet())
                        .map(expectation -> String.format(
                                Locale.ROOT, "%n%,d clients: %s", result.plan().clients(), verdict(expectation))))
                .forEach(table::append);
        return table.toString();
    }

    private static String load(LoadResults result) {
        String clients = String.format(
                Locale.ROOT, "%,d %s", result.plan().clients(), result.plan().clients() == 1 ? "client" : "clients");
        String pace = result.plan().ratePerSecond().isPresent()
                ? String.format(
                        Locale.ROOT,
                        "%,d/s by %s",
                        result.plan().ratePerSecond().getAsInt(),
                        clients)
                : "as fast as %s are answered".formatted(clients);
        String amount = result.plan()
                .duration()
                .map(time -> "%s s".formatted(time.toSeconds()))
                .orElseGet(() ->
                        String.format(Locale.ROOT, "%,d requests", result.plan().requests()));
        Duration warmUp = result.plan().warmUp();
        return "%s, mix %s, %s, on %s%s"
                .formatted(
                        amount,
                        result.plan().mix().wireName(),
                        pace,
                        result.plan().target(),
                        warmUp.isZero() ? "" : ", after %s of warm-up".formatted(DurationFormat.of(warmUp)));
    }

    private static String errors(ErrorCounts errors) {
        List<String> kinds = new ArrayList<>();
        errors.status()
                .forEach((status, count) -> kinds.add(String.format(Locale.ROOT, "%,d answered %d", count, status)));
        add(kinds, errors.wrongAnswer(), "answered incorrectly");
        add(kinds, errors.timeout(), "not answered in time");
        add(kinds, errors.connectionLost(), "lost their connection");
        add(kinds, errors.connect(), "could not connect");
        add(kinds, errors.unsent(), "due but never sent");
        return kinds.isEmpty()
                ? "none"
                : String.format(Locale.ROOT, "%,d: %s", errors.total(), String.join(", ", kinds));
    }

    private static void add(List<String> kinds, long count, String words) {
        if (count > 0) {
            kinds.add(String.format(Locale.ROOT, "%,d %s", count, words));
        }
    }

    private static String kind(String name) {
        return name.toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String pool(PoolUse pool) {
        return "at most %s of %s connections in use, and %s open (%s + %s)"
                .formatted(
                        pool.mostOut(),
                        pool.maximum(),
                        pool.mostOpen(),
                        pool.poolSize(),
                        pool.maximum() - pool.poolSize());
    }

    private static String verdict(LoadExpectation expectation) {
        return "%-8s%s: %s%n"
                .formatted(expectation.isMet() ? "ok" : "not ok", expectation.name(), expectation.observed());
    }

    private static String latency(ClientLatency latency) {
        return "p50 %s  p90 %s  p99 %s  p99.9 %s  max %s"
                .formatted(
                        millis(latency.p50()),
                        millis(latency.p90()),
                        millis(latency.p99()),
                        millis(latency.p999()),
                        millis(latency.max()));
    }

    /** Formats a time in milliseconds with three significant digits. */
    static String millis(double millis) {
        String form = millis >= 100 ? "%,.0f ms" : millis >= 10 ? "%.1f ms" : "%.2f ms";
        return String.format(Locale.ROOT, form, millis);
    }

    private static String number(double perSecond) {
        return String.format(Locale.ROOT, perSecond >= 100 ? "%,.0f" : "%.1f", perSecond);
    }

    private static String seconds(LoadResults result) {
        return String.format(Locale.ROOT, "%.2f s", result.elapsed().toNanos() / 1e9);
    }

    private static String share(long times, long looks) {
        return looks == 0 ? "-" : "%s %%".formatted(Math.round(100.0 * times / looks));
    }

    private static String row(String name, String value) {
        return "%-12s%s%n".formatted(name, value);
    }
}
