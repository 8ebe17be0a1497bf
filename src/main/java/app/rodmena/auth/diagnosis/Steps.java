package app.rodmena.auth.diagnosis;

import app.rodmena.auth.activity.Backend;
import app.rodmena.auth.activity.PostgresView;
import app.rodmena.auth.activity.Whose;
import app.rodmena.auth.database.Monitor;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.pool.PoolSnapshot;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Says what to do, the safest first, with the exact commands. A pure function. */
final class Steps {
    private static final int MOST_CULPRITS = 3;

    private final Observed observed;
    private final List<Holder> holders;
    private final Commands commands;
    private final List<Step> steps = new ArrayList<>();

    private Steps(Observed observed, List<Holder> holders, Commands commands) {
        this.observed = observed;
        this.holders = holders;
        this.commands = commands;
    }

    static List<Step> of(Situation situation, Observed observed, List<Holder> holders, Commands commands) {
        return new Steps(observed, holders, commands).list(situation);
    }

    private List<Step> list(Situation situation) {
        switch (situation) {
            case WELL, RECOVERING -> {}
            case FAILING -> failing();
            case STALLED -> stalled();
            case TROUBLED, BLOCKED, EXHAUSTED -> aboutHolders();
            case SATURATED -> saturated();
            case OPENING -> opening();
            case REFUSED -> refused();
            case NO_PRIMARY -> noPrimary();
            case DATABASE_DOWN -> down();
            case NOT_PREPARED -> add("The log says what the migration failed with; it is tried again by itself", "");
            case SUSPENDED ->
                add(
                        "Let everybody go on: the operation resume of the MBean app.rodmena.auth:type=Pool,name=auth, in"
                                + " JConsole or over Jolokia",
                        commands.exec("resume"));
        }
        return steps;
    }

    private void aboutHolders() {
        Map<Verdict, List<Holder>> byVerdict = holders.stream()
                .collect(Collectors.groupingBy(Holder::verdict, LinkedHashMap::new, Collectors.toList()));
        // In the order in which the sentence names them: first what most are out for
        List<List<Holder>> byWeight = byVerdict.values().stream()
                .sorted(Comparator.comparing(group -> -group.size()))
                .toList();
        byWeight.forEach(group -> {
            switch (group.get(0).verdict()) {
                case LOCK_WAIT -> locked(group);
                case SLOW_SQL -> slow(group);
                case IDLE_IN_TRANSACTION -> idleInTransaction(group);
                case APP_HOLDING, LEAK -> heldByTheApplication(group.get(0));
                case DEAD_BACKEND, NETWORK -> lost(group.get(0));
                case WORKING, UNKNOWN -> {}
            }
        });
    }

    private void locked(List<Holder> group) {
        Map<Integer, Culprit> culprits = new LinkedHashMap<>();
        group.stream().map(Holder::culprit).flatMap(Optional::stream).forEach(one -> culprits.put(one.pid(), one));
        culprits.values().stream().limit(MOST_CULPRITS).forEach(this::culprit);
    }

    private void culprit(Culprit culprit) {
        int pid = culprit.pid();
        if (pid == 0) {
            add(
                    "Find the prepared transaction",
                    commands.psql("select gid, owner, database, prepared from pg_prepared_xacts order by prepared"));
            add(
                    "Roll it back, or commit prepared it, by its gid (takes its owner or a superuser, in its database)",
                    commands.psql("rollback prepared 'GID'"));
            return;
        }
        if (culprit.connectionId().isPresent()) {
            add(
                    "The lock is held by our own connection %s: its stack tells where the code is that has to let go"
                            .formatted(culprit.connectionId().getAsInt()),
                    commands.threads());
        } else {
            add(
                    "See who pid %s is, and whether its owner can end what it does".formatted(pid),
                    commands.psql("select pid, usename, application_name, client_addr, state, xact_start, query"
                            + " from pg_stat_activity where pid = " + pid));
        }
        if (culprit.state().equals("active") || culprit.hidden()) {
            add(
                    "Cancel what pid %s runs; its session lives on".formatted(pid),
                    commands.psql("select pg_cancel_backend(%s)".formatted(pid)));
        }
        add(
                "End the session of pid %s: its transaction is rolled back, and its lock is free".formatted(pid)
                        + " (takes its own role, or one with pg_signal_backend; a superuser's only a superuser)",
                commands.psql("select pg_terminate_backend(%s)".formatted(pid)));
        if (culprit.state().startsWith("idle in transaction") && Commands.isPlain(culprit.user())) {
            String timeout = "set idle_in_transaction_session_timeout = '1min'";
            boolean isOurRole = observed.postgres()
                    .filter(view -> view.role().equals(culprit.user()))
                    .isPresent();
            String that = "So that PostgreSQL does that by itself from the next session on";
            if (isOurRole) {
                add(that, commands.psql("alter role current_user " + timeout));
            } else {
                // Our login may not.
                add("%s, as a superuser: alter role %s %s".formatted(that, culprit.user(), timeout), "");
            }
        }
    }

    private void slow(List<Holder> group) {
        String pids = pids(group);
        add(
                "See what the statements wait for",
                commands.psql("select pid, now() - query_start as running, wait_event_type, wait_event, query"
                        + " from pg_stat_activity where pid in (%s) order by 2 desc".formatted(pids)));
        add(
                "Cancel them: whoever asked gets 503 and may ask again",
                commands.psql("select pg_cancel_backend(pid) from pg_stat_activity where pid in (%s)".formatted(pids)
                        + " and state = 'active'"));
        PoolSettings settings = observed.after().settings();
        add(
                "Let PostgreSQL cancel earlier by itself: now it does after " + Words.time(settings.statementTimeout()),
                "./run.sh --statement-timeout 5s");
    }

    private void idleInTransaction(List<Holder> group) {
        add(
                "Find the code that leaves a transaction open: connection %s is in %s"
                        .formatted(group.get(0).connectionId(), frame(group.get(0))),
                commands.threads());
        add(
                "Let PostgreSQL end such sessions by itself; the pool replaces their connections",
                commands.psql("alter role current_user set idle_in_transaction_session_timeout = '1min'"));
        if (group.get(0).backendPid() != 0) {
            add(
                    "End them now: what they did is rolled back, and whoever has one gets an error",
                    commands.psql("select pg_terminate_backend(pid) from pg_stat_activity where pid in (%s)"
                            .formatted(pids(group))));
        }
    }

    private void heldByTheApplication(Holder longest) {
        add(
                "Find the code that has connection %s: thread %s is in %s"
                        .formatted(longest.connectionId(), longest.thread(), frame(longest)),
                commands.threads());
        add("Give connections back before anything slow is done, in try-with-resources", "");
        if (longest.verdict() == Verdict.LEAK) {
            long limit = observed.after().settings().leakThreshold().toMillis() + 1_000;
            add(
                    "Take back whatever is out for longer than %s, at once and until the next start: whoever still uses it gets"
                                    .formatted(Words.time(Duration.ofMillis(limit)))
                            + " an error (ReclaimLeaksAfterMillis of the MBean PoolSettings; takes an operator of role control)",
                    commands.set("ReclaimLeaksAfterMillis", limit));
        }
    }

    private void lost(Holder first) {
        PoolSettings settings = observed.after().settings();
        add(
                "Wait: each holder gets an error %s after it began to wait, at the latest, and its connection is replaced"
                        .formatted(Words.time(settings.socketTimeout())),
                "");
        add("See whether packets are lost between here and there", commands.sockets());
        if (first.backendPid() != 0) {
            add("PostgreSQL's log tells what became of pid %s".formatted(first.backendPid()), "");
        }
        add("Give up earlier; it must be longer than --statement-timeout", "./run.sh --socket-timeout 35s");
    }

    private void saturated() {
        if (observed.availability().keptBack()) {
            keptBack();
            return;
        }
        PoolSnapshot numbers = observed.after().view().numbers();
        add("See which routes ask most: the group of waiters below, and the timers in the MBean domain metrics", "");
        if (Situations.waitsForBatch(observed)) {
            add(
                    "More connections would not help: of each kind of question %s under way at once. If there are idle cores,"
                                    .formatted(Words.count(
                                            observed.after().settings().batchSlots(), "batch is", "batches are"))
                            + " let there be more",
                    "./run.sh --batch-slots " + 2 * observed.after().settings().batchSlots());
            return;
        }
        Optional<Integer> free = observed.postgres().map(Steps::free);
        if (free.isPresent() && free.get() > 0) {
            int larger = numbers.poolSize() + Math.min(numbers.poolSize(), free.get());
            add(
                    "If PostgreSQL has idle cores, let more connections be opened (it has room for %s)"
                            .formatted(free.get()),
                    "./run.sh --pool-size " + larger);
        } else {
            add("More connections would not help before PostgreSQL has room for them", "");
        }
    }

    /** What is asked through the pooler waits as well. */
    private void keptBack() {
        add(
                "See whether PgBouncer's pool is full (sv_active, cl_waiting) or paused (takes one of its admin_users or"
                        + " stats_users)",
                commands.console("show pools"));
        add("If it is paused, let it go on (takes one of its admin_users)", commands.console("resume"));
        add(
                "If it is full, ask PostgreSQL itself, not through PgBouncer, what those sessions run or wait for:"
                        + " select pid, state, wait_event_type, wait_event, pg_blocking_pids(pid), query from"
                        + " pg_stat_activity where state <> 'idle'",
                "");
        add(
                "If they only have too much to do, and PostgreSQL has idle cores, raise default_pool_size in pgbouncer.ini"
                        + " and reload it",
                commands.console("reload"));
    }

    private void opening() {
        add("See how long it takes to connect from here, and what it waits for", commands.psql("select 1"));
        add(
                "Keep more connections open, so that fewer are opened under load",
                "./run.sh --pool-size %s --max-overflow 0"
                        .formatted(observed.after().settings().maximum()));
    }

    private void failing() {
        observed.failures().stream()
                .flatMap(failure -> failure.incident().stream())
                .findFirst()
                .ifPresent(id -> add("Read the incident %s: it is what the server saw then".formatted(id), ""));
    }

    private void stalled() {
        add("The events of the pool say why its connections are lost: invalidate, connect_failed and close", "");
    }

    private void refused() {
        if (loginRefused()) {
            return;
        }
        add(
                "See who has PostgreSQL's connections (if it refuses you, too: as a superuser, for whom some are kept)",
                commands.psql("select application_name, usename, state, count(*), max(now() - state_change) as longest"
                        + " from pg_stat_activity where backend_type = 'client backend'"
                        + " group by 1, 2, 3 order by 4 desc"));
        add(
                "Ask for fewer: this process may have %s"
                        .formatted(observed.after().settings().maximum()),
                "./run.sh --pool-size 3 --max-overflow 2");
        add(
                "As a superuser, raise the limit that is reached: of the role or of the database (alter role, alter database …"
                        + " connection limit), at once; or max_connections (alter system), which takes a restart of"
                        + " PostgreSQL: a reload does nothing",
                "");
        aboutHolders();
    }

    private void noPrimary() {
        add(
                "See whether this is a standby, or its sessions are read-only by default",
                commands.psql("select pg_is_in_recovery(), current_setting('default_transaction_read_only')"));
        add(
                "Promote a standby, or lead the address in the database URL to the primary: requests are answered again"
                        + " within about a second",
                "");
    }

    /** What may still be connected as our role to our database. */
    private static int free(PostgresView view) {
        String database = view.backends().stream()
                .filter(backend -> backend.whose() == Whose.POOL)
                .map(Backend::database)
                .findFirst()
                .orElse("");
        int ofRole =
                left(view, view.slots().roleLimit(), backend -> backend.user().equals(view.role()));
        int inDatabase = left(
                view,
                view.slots().databaseLimit(),
                backend -> backend.database().equals(database));
        return Math.min(view.slots().free(), Math.min(ofRole, inDatabase));
    }

    private static int left(PostgresView view, OptionalInt limit, Predicate<Backend> counted) {
        long used = view.backends().stream().filter(counted).count();
        return limit.isPresent() ? Math.max(0, limit.getAsInt() - (int) used) : Integer.MAX_VALUE;
    }

    /** What is refused for good, until it is put right; no size of the pool changes that. */
    private boolean loginRefused() {
        String state = observed.outage()
                .map(Monitor.Outage::sqlState)
                .or(() -> observed.after().opening().failure().map(SQLException::getSQLState))
                .orElse("");
        if (state.startsWith("28")) {
            add(
                    "Correct the user or the password: a new one in --database-password-file is read at the next connect,"
                            + " one in --database-url takes a restart",
                    "");
            add("See what PostgreSQL says to this login (pg_hba.conf may refuse it, too)", commands.psql("select 1"));
            return true;
        }
        if (state.startsWith("3D")) {
            add("Create that database, or name another in --database-url", "");
            return true;
        }
        return false;
    }

    private void down() {
        if (loginRefused()) {
            return;
        }
        add("See whether PostgreSQL runs and can be reached from here", commands.psql("select 1"));
        add("Nothing has to be done here: within about a second of its return requests are answered again", "");
    }

    private static String frame(Holder holder) {
        return holder.applicationFrame().isEmpty() ? "code that the stack does not show" : holder.applicationFrame();
    }

    private static String pids(List<Holder> group) {
        return group.stream().map(holder -> String.valueOf(holder.backendPid())).collect(Collectors.joining(", "));
    }

    private void add(String what, String command) {
        steps.add(new Step(what, command));
    }
}
