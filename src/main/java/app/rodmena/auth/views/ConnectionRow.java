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
        @Key @Describe(value = "Its number, never used twice in a process", unit = "number")
        int id,

        @Describe(value = "The process of PostgreSQL behind it; 0 where it is unknown", unit = "pid")
        int backendPid,

        @Describe("idle, in_use or closing") String state,

        @Describe(value = "How long ago it was opened", unit = "milliseconds")
        long ageMillis,

        @Describe(value = "How often it was checked out", unit = "checkouts")
        long checkouts,

        @Describe("Since when it is in use, in UTC, as 2026-11-23T15:34:52.118Z; empty while it is not")
        String inUseSince,

        @Describe(value = "How long it has been in use; 0 while it is not", unit = "milliseconds")
        long inUseMillis,

        @Describe("The thread that has it; empty while none has")
        String thread,

        @Describe("What it is used for, as GET /api/roles; empty while it is not")
        String route,

        @Describe("Fingerprint of the tenant; - where there is none, several where there are, empty while it is not"
                + " in use")
        String tenant,

        @Describe(
                value = "How many callers it works for: more than one where their questions are answered together",
                unit = "callers")
        int callers,

        @Describe("The last statement prepared on it, without values; empty if there was none")
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
