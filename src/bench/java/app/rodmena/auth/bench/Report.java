package app.rodmena.auth.bench;

import app.rodmena.auth.bench.Results.Spread;
import app.rodmena.auth.bench.SizeComparison.SizeResult;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Formats the results in Markdown. */
final class Report {
    private Report() {}

    static String tables(Results results, List<Integer> clients, String unit) {
        StringBuilder text = new StringBuilder();
        for (int count : clients) {
            text.append(table(results, count, unit));
        }
        return text.toString();
    }

    private static String table(Results results, int clients, String unit) {
        StringBuilder text = new StringBuilder("""

                ### %1$s

                | | %2$ss/s (range) | p50 ms | p99 ms (range) | errors | connections | CPU per %2$s, server | PostgreSQL | RSS |
                |---|---:|---:|---:|---:|---:|---:|---:|---:|
                """.formatted(clients == 1 ? "1 client" : clients + " clients", unit));
        for (ContenderKind kind : ContenderKind.values()) {
            if (!results.of(kind, clients).isEmpty()) {
                text.append(row(results, kind, clients));
            }
        }
        return text.toString();
    }

    private static String row(Results results, ContenderKind kind, int clients) {
        List<Measurement> turns = results.of(kind, clients);
        Spread rate = results.spread(kind, clients, turn -> turn.outcome().perSecond());
        Spread p99 = results.spread(kind, clients, turn -> millis(turn.outcome().p99()));
        boolean isServer = turns.get(0).residentBytes() > 0;
        return "| %s | %s (%s–%s) | %s | %s (%s–%s) | %d | %d | %s | %s | %s |%n"
                .formatted(
                        kind.title(),
                        whole(rate.median()),
                        whole(rate.min()),
                        whole(rate.max()),
                        decimal(median(
                                results,
                                kind,
                                clients,
                                turn -> millis(turn.outcome().median()))),
                        decimal(p99.median()),
                        decimal(p99.min()),
                        decimal(p99.max()),
                        turns.stream().mapToLong(Measurement::errors).sum(),
                        turns.stream().mapToInt(Measurement::connections).max().orElseThrow(),
                        isServer ? micros(median(results, kind, clients, Measurement::serverMicrosPerAnswer)) : "–",
                        micros(median(results, kind, clients, Measurement::databaseMicrosPerAnswer)),
                        isServer ? megabytes(median(results, kind, clients, Measurement::residentBytes)) : "–");
    }

    private static double median(
            Results results, ContenderKind kind, int clients, ToDoubleFunction<Measurement> number) {
        return results.spread(kind, clients, number).median();
    }

    /** The results for different numbers of memberships. */
    static String growth(List<SizeResult> sizes) {
        StringBuilder text = new StringBuilder(
                """

                ### More memberships, %d clients

                | memberships | checks/s (range) | p99 ms | CPU per check, server | PostgreSQL |
                |---:|---:|---:|---:|---:|
                """.formatted(sizes.get(0).measurements().get(0).clients()));
        for (SizeResult size : sizes) {
            Spread rate = size.rate();
            text.append("| %s | %s (%s–%s) | %s | %s | %s |%n"
                    .formatted(
                            whole(size.memberships()),
                            whole(rate.median()),
                            whole(rate.min()),
                            whole(rate.max()),
                            decimal(median(size, turn -> millis(turn.outcome().p99()))),
                            micros(median(size, Measurement::serverMicrosPerAnswer)),
                            micros(median(size, Measurement::databaseMicrosPerAnswer))));
        }
        return text.toString();
    }

    private static double median(SizeResult size, ToDoubleFunction<Measurement> number) {
        return Spread.of(size.measurements(), number).median();
    }

    /** One measurement, for JSON. */
    static Map<String, Object> row(int memberships, Measurement turn) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("memberships", memberships);
        row.put("contender", turn.kind().toString());
        row.put("clients", turn.clients());
        row.put("round", turn.round());
        row.put("checksPerSecond", turn.outcome().perSecond());
        row.put("medianMillis", millis(turn.outcome().median()));
        row.put("p99Millis", millis(turn.outcome().p99()));
        row.put("errors", turn.errors());
        row.put("connections", turn.connections());
        row.put("serverCpuMillis", turn.serverCpu().toMillis());
        row.put("databaseCpuMillis", turn.databaseCpu().toMillis());
        row.put("residentBytes", turn.residentBytes());
        return row;
    }

    static double millis(Duration duration) {
        return duration.toNanos() / 1e6;
    }

    private static String whole(double number) {
        return String.format(Locale.ROOT, "%,.0f", number);
    }

    static String decimal(double number) {
        return String.format(Locale.ROOT, number < 10 ? "%.2f" : "%.0f", number);
    }

    private static String micros(double number) {
        return String.format(Locale.ROOT, "%.0f µs", number);
    }

    static String megabytes(double bytes) {
        return String.format(Locale.ROOT, "%.0f MB", bytes / 1e6);
    }
}
