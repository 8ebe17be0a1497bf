package app.rodmena.auth.views;

import app.rodmena.auth.mbean.Describe;
import app.rodmena.auth.mbean.Key;
import app.rodmena.auth.pool.ConnectionView;
import app.rodmena.auth.pool.ConnectionView.Use;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.function.Function;

@Describe("One physical connection")
public record ConnectionRow(
        @Key @Describe(value = "Connection number, unique within the process", unit = "number")
        int id,

        @Describe(value = "PID of its PostgreSQL backend; 0 if unknown", unit = "pid")
        int backendPid,

        @Describe("idle, in_use or closing") String state,

        @Describe(value = "Time since it was opened", unit = "milliseconds")
        long ageMillis,

        @Describe(value = "Number of its checkouts", unit = "checkouts")
        long checkouts,

        @Describe("Time of its checkout, in UTC, for example 2026-11-23T15:34:52.118Z; empty while not in use")
        String inUseSince,

        @Describe(value = "Time since its checkout; 0 while not in use", unit = "milliseconds")
        long inUseMillis,

        @Describe("Thread that checked it out; empty while not in use")
        String thread,

        @Describe("Route that uses it, for example GET /api/roles; empty while not in use")
        String route,

        @Describe("Fingerprint of the tenant; - if there is none, several for a batch of several tenants, empty while"
                + " not in use")
        String tenant,

        @Describe(value = "Number of callers that it serves: more than one for a batch", unit = "callers")
        int callers,

        @Describe("Last statement prepared on it, without values; empty if there was none")
        String lastSql,

        @Describe("idle, active, in_transaction, failed or unknown")
        String transaction) {

    public static ConnectionRow of(ConnectionView view, Instant now) {
        return new ConnectionRow(
                view.id(),
                view.backendPid(),
                lower(view.state()),
                view.age().toMillis(),
                view.checkouts(),
                use(view, use -> Text.time(use.since())),
                view.use()
                        .map(use ->
                                Math.max(0, Duration.between(use.since(), now).toMillis()))
                        .orElse(0L),
                use(view, Use::thread),
                use(view, Use::route),
                use(view, Use::tenant),
                view.use().map(Use::callers).orElse(0),
                view.lastSql(),
                lower(view.transaction()));
    }

    private static String use(ConnectionView view, Function<Use, String> part) {
        return view.use().map(part).orElse("");
    }

    private static String lower(Enum<?> word) {
        return word.name().toLowerCase(Locale.ROOT);
    }
}
