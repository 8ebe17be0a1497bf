package app.rodmena.auth.views;

import app.rodmena.auth.pool.ConnectionView;
import app.rodmena.auth.pool.ConnectionView.Use;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.TableKey;
import app.rodmena.auth.schema.WireFormat;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.function.Function;

@Description("One physical connection")
public record ConnectionRow(
        @TableKey @Description(value = "Connection number, unique within the process", unit = "number")
        int id,

        @Description(value = "PID of its PostgreSQL backend; 0 if unknown", unit = "pid")
        int backendPid,

        @Description("idle, in_use or closing") String state,

        @Description(value = "Time since it was opened", unit = "milliseconds")
        long ageMillis,

        @Description(value = "Number of its checkouts", unit = "checkouts")
        long checkouts,

        @Description("Time of its checkout, in UTC, for example 2026-11-23T15:34:52.118Z; empty while not in use")
        String inUseSince,

        @Description(value = "Time since its checkout; 0 while not in use", unit = "milliseconds")
        long inUseMillis,

        @Description("Thread that checked it out; empty while not in use")
        String thread,

        @Description("Route that uses it, for example GET /api/roles; empty while not in use")
        String route,

        @Description(
                "Fingerprint of the tenant; - if there is none, several for a batch of several tenants, empty while"
                        + " not in use")
        String tenant,

        @Description(value = "Number of callers that it serves: more than one for a batch", unit = "callers")
        int callers,

        @Description("Last statement prepared on it, without values; empty if there was none")
        String lastSql,

        @Description("idle, active, in_transaction, failed or unknown")
        String transaction) {

    public static ConnectionRow of(ConnectionView view, Instant now) {
        return new ConnectionRow(
                view.id(),
                view.backendPid(),
                lower(view.state()),
                view.age().toMillis(),
                view.checkouts(),
                use(view, use -> WireFormat.time(use.since())),
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

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
