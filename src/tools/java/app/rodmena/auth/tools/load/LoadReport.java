package app.rodmena.auth.tools.load;

import static app.rodmena.auth.common.NumberText.decimal;
import static app.rodmena.auth.common.NumberText.grouped;

import app.rodmena.auth.cli.TextReport;
import app.rodmena.auth.cli.TextReport.OutputFormat;
import app.rodmena.auth.common.DurationFormat;
import app.rodmena.auth.tools.load.LoadResults.ClientLatency;
import app.rodmena.auth.tools.load.LoadResults.ErrorCounts;
import app.rodmena.auth.tools.load.LoadResults.LoadExpectation;
import app.rodmena.auth.tools.load.LoadResults.PoolUse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Formats the results of a load as text. */
final class LoadReport {
    private static final List<String> SURGE_HEADER =
            List.of("clients", "requests/s", "p50", "p99", "max", "in use", "open", "all in use", "errors");

    private LoadReport() {}

    static String text(LoadResults result) {
        StringBuilder text = new StringBuilder();
        if (result.interrupted()) {
            text.append("Stopped early; the results up to then:\n");
        }
        if (result.serverGone()) {
            text.append("Ended early: no connection to the server succeeded for 5 s.\n");
        }
        String seconds = decimal(result.elapsed().toNanos() / 1e9, 2);
        text.append(row("Load", load(result.plan())));
        text.append(row(
                "Throughput",
                "%s/s: %s correct responses in %s s"
                        .formatted(rate(result.throughput()), grouped(result.correct()), seconds)));
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
        List<List<String>> rows = results.stream().map(LoadReport::surgeRow).toList();
        return new TextReport().table(SURGE_HEADER, rows).as(OutputFormat.MARKDOWN, results)
                + results.stream().map(LoadReport::unmet).collect(Collectors.joining());
    }

    private static List<String> surgeRow(LoadResults result) {
        PoolUse pool = result.pool();
        ClientLatency latency = result.latency();
        long looks = pool.looks();
        return List.of(
                grouped(result.plan().clients()),
                rate(result.throughput()),
                millis(latency.p50()),
                millis(latency.p99()),
                millis(latency.max()),
                Integer.toString(pool.mostOut()),
                Integer.toString(pool.mostOpen()),
                looks == 0 ? "-" : Math.round(100.0 * pool.allOut().looks() / looks) + " %",
                grouped(result.errors().total()));
    }

    private static String unmet(LoadResults result) {
        return result.verdict().stream()
                .filter(expectation -> !expectation.isMet())
                .map(expectation ->
                        "%n%s clients: %s".formatted(grouped(result.plan().clients()), verdict(expectation)))
                .collect(Collectors.joining());
    }

    private static String load(LoadPlan plan) {
        String clients = grouped(plan.clients()) + (plan.clients() == 1 ? " client" : " clients");
        String pace = plan.ratePerSecond().isPresent()
                ? "%s/s by %s".formatted(grouped(plan.ratePerSecond().getAsInt()), clients)
                : "as fast as %s are answered".formatted(clients);
        String amount = plan.duration()
                .map(time -> time.toSeconds() + " s")
                .orElseGet(() -> grouped(plan.requests()) + " requests");
        String warmUp =
                plan.warmUp().isZero() ? "" : ", after %s of warm-up".formatted(DurationFormat.of(plan.warmUp()));
        return "%s, mix %s, %s, on %s%s".formatted(amount, plan.mix().wireName(), pace, plan.target(), warmUp);
    }

    private static String errors(ErrorCounts errors) {
        List<String> kinds = new ArrayList<>();
        errors.status().forEach((status, count) -> add(kinds, count, "answered " + status));
        add(kinds, errors.wrongAnswer(), "answered incorrectly");
        add(kinds, errors.timeout(), "not answered in time");
        add(kinds, errors.connectionLost(), "lost their connection");
        add(kinds, errors.connect(), "could not connect");
        add(kinds, errors.unsent(), "due but never sent");
        return kinds.isEmpty() ? "none" : grouped(errors.total()) + ": " + String.join(", ", kinds);
    }

    private static void add(List<String> kinds, long count, String words) {
        if (count > 0) {
            kinds.add(grouped(count) + " " + words);
        }
    }

    private static String kind(String name) {
        return name.toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String pool(PoolUse pool) {
        int overflow = pool.maximum() - pool.poolSize();
        return "at most %s of %s connections in use, and %s open (%s + %s)"
                .formatted(pool.mostOut(), pool.maximum(), pool.mostOpen(), pool.poolSize(), overflow);
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
        return decimal(millis, millis >= 100 ? 0 : millis >= 10 ? 1 : 2) + " ms";
    }

    private static String rate(double perSecond) {
        return decimal(perSecond, perSecond >= 100 ? 0 : 1);
    }

    private static String row(String name, String value) {
        return "%-12s%s%n".formatted(name, value);
    }
}
