package app.rodmena.auth.diagnosis;

import app.rodmena.auth.database.activity.Backend;
import app.rodmena.auth.database.activity.ConnectionSlots;
import app.rodmena.auth.database.activity.LockWait;
import app.rodmena.auth.database.activity.PostgresSnapshot;
import app.rodmena.auth.diagnosis.Diagnosis.Recommendation;
import app.rodmena.auth.diagnosis.Diagnosis.Reconciliation;
import app.rodmena.auth.pool.PoolSnapshot;
import app.rodmena.auth.schema.WireFormat;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** Formats a diagnosis as text for a terminal of 120 columns. */
public final class DiagnosisText {
    private static final int MAX_HOLDERS = 40;
    private static final int MAX_BACKENDS = 15;
    private static final int MAX_FRAMES = 8;
    private static final int MAX_COUNTS = 8;

    private final Diagnosis diagnosis;
    private final StringBuilder text = new StringBuilder(4_096);

    private DiagnosisText(Diagnosis diagnosis) {
        this.diagnosis = diagnosis;
    }

    /** The complete diagnosis, beginning with its sentence and ending with a line break. */
    public static String of(Diagnosis diagnosis) {
        return new DiagnosisText(diagnosis).write();
    }

    private String write() {
        text.append(TextColumns.paragraph(diagnosis.sentence(), 0));
        heading(poolLine());
        steps();
        holders();
        waiters();
        diagnosis.postgres().ifPresent(this::postgres);
        reconciliation();
        diagnosis.blindSpots().forEach(spot -> heading("Not visible: " + spot));
        return text.toString();
    }

    private String poolLine() {
        PoolSnapshot pool = diagnosis.pool().numbers();
        String oldest = pool.waiting() == 0
                ? ""
                : ", the first for " + Formats.time(diagnosis.pool().oldestWait());
        return "%s at %s: pool of %s + %s, %s in use, %s open, %s waiting%s"
                .formatted(
                        diagnosis.situation(),
                        WireFormat.time(diagnosis.time()),
                        pool.poolSize(),
                        pool.maxOverflow(),
                        pool.checkedOut(),
                        pool.totalConnections(),
                        pool.waiting(),
                        oldest);
    }

    private void steps() {
        if (diagnosis.steps().isEmpty()) {
            return;
        }
        heading("Recommendations, safest first");
        int number = 1;
        for (Recommendation step : diagnosis.steps()) {
            text.append(TextColumns.wrap("%3s. ".formatted(number++), step.what(), "     ", ""));
            if (!step.command().isEmpty()) {
                text.append(TextColumns.command(step.command(), 7));
            }
        }
    }

    private void holders() {
        if (diagnosis.holders().isEmpty()) {
            return;
        }
        heading("Connections in use, longest first");
        TextColumns table = new TextColumns(">id", ">pid", ">used for", "verdict", ">callers", "route", "reason");
        List<Holder> shown = diagnosis.holders().stream().limit(MAX_HOLDERS).toList();
        shown.forEach(holder -> table.row(
                holder.connectionId(),
                holder.backendPid() == 0 ? "?" : holder.backendPid(),
                Formats.time(holder.heldFor()),
                holder.verdict(),
                holder.callers(),
                Formats.shortened(holder.route(), 36),
                because(holder)));
        text.append(table.wrapped());
        omitted(diagnosis.holders().size() - shown.size());
        shown.stream()
                .filter(holder -> !holder.stack().isEmpty() && isCausedByCode(holder.verdict()))
                .findFirst()
                .ifPresent(this::stacks);
    }

    private static String because(Holder holder) {
        String ids = holder.ids().logFields();
        return ids.isEmpty() ? holder.because() : holder.because() + ";" + ids;
    }

    private static boolean isCausedByCode(Verdict verdict) {
        return verdict == Verdict.APP_HOLDING || verdict == Verdict.LEAK || verdict == Verdict.IDLE_IN_TRANSACTION;
    }

    private void stacks(Holder holder) {
        heading("Stack of connection %s (thread %s)".formatted(holder.connectionId(), holder.thread()));
        frames(fromApplicationFrame(holder));
        // A stack without application code is of a thread of the pool and does not help.
        if (holder.checkoutStack().stream().anyMatch(StackFrames::isOfApplication)) {
            heading("Stack at its checkout");
            frames(holder.checkoutStack());
        }
    }

    /** The stack from the innermost application frame; the library frames that it calls are omitted. */
    private static List<String> fromApplicationFrame(Holder holder) {
        int first = holder.stack().indexOf(holder.applicationFrame());
        return first < 0
                ? holder.stack()
                : holder.stack().subList(first, holder.stack().size());
    }

    private void frames(List<String> stack) {
        stack.stream().limit(MAX_FRAMES).forEach(this::indented);
        omitted(stack.size() - MAX_FRAMES);
    }

    private void waiters() {
        if (diagnosis.waiters().isEmpty()) {
            return;
        }
        heading("Waiting requests");
        TextColumns table = new TextColumns(">count", ">longest", "route");
        diagnosis.waiters().forEach(group -> table.row(group.count(), Formats.time(group.longest()), group.route()));
        text.append(table.wrapped());
    }

    private void postgres(PostgresSnapshot view) {
        ConnectionSlots slots = view.slots();
        heading(
                "PostgreSQL %s.%s%s: %s of %s connections in use: %s by this process, %s by other instances, %s by others"
                        .formatted(
                                view.version() / 10_000,
                                view.version() % 10_000,
                                view.standby() ? " (a standby)" : "",
                                slots.used(),
                                slots.maxConnections(),
                                slots.allOurs(),
                                slots.siblings(),
                                slots.others()));
        indented(counts(view));
        List<Backend> busy = view.backends().stream()
                .filter(backend ->
                        !backend.state().equals("idle") && !backend.query().isEmpty())
                .toList();
        if (busy.isEmpty()) {
            return;
        }
        TextColumns table =
                new TextColumns(">pid", "application", "user", "state", ">for", "waits for", "blocked by", "query");
        busy.stream()
                .limit(MAX_BACKENDS)
                .forEach(backend -> table.row(
                        backend.pid(),
                        Formats.shortened(backend.application(), 20),
                        Formats.shortened(backend.user(), 12),
                        backend.state(),
                        backend.stateFor().map(Formats::time).orElse(""),
                        backend.waitEvent(),
                        backend.lockWait().map(LockWait::blockedBy).orElse(List.of()).stream()
                                .limit(2)
                                .map(String::valueOf)
                                .collect(Collectors.joining(" ")),
                        backend.query()));
        text.append(table.clipped());
        omitted(busy.size() - MAX_BACKENDS);
    }

    /** For example {@code 10 auth/vm-4123 active, 1 psql idle; the longest statement has run for 4 s}. */
    private static String counts(PostgresSnapshot view) {
        String all = view.counts().stream()
                .limit(MAX_COUNTS)
                .map(count -> "%s %s %s"
                        .formatted(
                                count.count(),
                                count.application().isEmpty() ? "of " + count.user() : count.application(),
                                count.state().isEmpty() ? "(hidden)" : count.state()))
                .collect(Collectors.joining(", "));
        return all
                + view.runningFor(Duration.ofSeconds(1)).stream()
                        .findFirst()
                        .flatMap(Backend::queryFor)
                        .map(longest -> "; the longest statement has run for " + Formats.time(longest))
                        .orElse("");
    }

    private void reconciliation() {
        Reconciliation result = diagnosis.reconciliation();
        if (result.agrees()) {
            return;
        }
        heading("The pool and PostgreSQL disagree");
        for (Backend backend : result.unknownBackends()) {
            String client = backend.client().isEmpty() ? "a local socket" : backend.client();
            indented("backend %s from %s has the pool's application_name but belongs to no connection of the pool"
                    .formatted(backend.pid(), client));
        }
        for (Reconciliation.Lost lost : result.lostConnections()) {
            indented("connection %s uses backend %s, which no longer exists"
                    .formatted(lost.connectionId(), lost.backendPid()));
        }
    }

    private void heading(String line) {
        text.append('\n').append(TextColumns.paragraph(line, 0));
    }

    private void indented(String line) {
        text.append(TextColumns.paragraph(line, 2));
    }

    private void omitted(int number) {
        if (number > 0) {
            text.append("  … and ").append(number).append(" more\n");
        }
    }
}
