package app.rodmena.auth.diagnosis;

import app.rodmena.auth.activity.Backend;
import app.rodmena.auth.activity.BackendOwner;
import app.rodmena.auth.activity.ConnectionSlots;
import app.rodmena.auth.activity.PostgresSnapshot;
import app.rodmena.auth.database.Monitor;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.pool.PoolSnapshot;
import app.rodmena.auth.postgres.NoPrimaryException;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Recommends actions with their exact commands, the safest first. A pure function. */
final class Recommendations {
    private static final int MOST_CULPRITS = 3;
    private static final Duration EARLIER_TIMEOUT = Duration.ofSeconds(5);

    /** The margin of socket_timeout over statement_timeout, so that PostgreSQL cancels the statement first. */
    private static final Duration SOCKET_MARGIN = Duration.ofSeconds(5);

    /** PostgreSQL's messages for limits that this server does not set, with the name of the limit. */
    private static final Map<String, String> ROLE_LIMITS = Map.of(
            "lock timeout", "lock_timeout",
            "idle-in-transaction timeout", "idle_in_transaction_session_timeout",
            "idle-session timeout", "idle_session_timeout",
            "to transaction timeout", "transaction_timeout");

    private static final Pattern PERMISSION_DENIED =
            Pattern.compile("permission denied for (table|sequence|schema|function) (\\S+)");
    private static final Pattern MISSING_RELATION = Pattern.compile("relation \"([^\"]+)\" does not exist");

    private final Observation observed;
    private final List<Holder> holders;
    private final Commands commands;
    private final List<Recommendation> steps = new ArrayList<>();

    private Recommendations(Observation observed, List<Holder> holders, Commands commands) {
        this.observed = observed;
        this.holders = holders;
        this.commands = commands;
    }

    static List<Recommendation> of(Situation situation, Observation observed, List<Holder> holders, Commands commands) {
        return new Recommendations(observed, holders, commands).list(situation);
    }

    private List<Recommendation> list(Situation situation) {
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
        // The same order as in the sentence: the verdict of the most connections first.
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
        Map<Integer, Blocker> culprits = new LinkedHashMap<>();
        group.stream().map(Holder::culprit).flatMap(Optional::stream).forEach(one -> culprits.put(one.pid(), one));
        culprits.values().stream().limit(MOST_CULPRITS).forEach(this::culprit);
    }

    private void culprit(Blocker culprit) {
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
            signal(culprit, "Cancel what pid %s runs; its session lives on", "select pg_cancel_backend(%s)");
        }
        signal(
                culprit,
                "End the session of pid %s: its transaction is rolled back, and its lock is free",
                "select pg_terminate_backend(%s)");
        if (culprit.state().startsWith("idle in transaction") && Commands.isPlain(culprit.user())) {
            String timeout = "set idle_in_transaction_session_timeout = '1min'";
            boolean isOurRole = observed.postgres()
                    .filter(view -> view.role().equals(culprit.user()))
                    .isPresent();
            String that = "So that PostgreSQL does that by itself from the next session on";
            if (isOurRole) {
                add(that, commands.psql("alter role current_user " + timeout));
            } else {
                addForSuperuser(that, "alter role %s %s".formatted(culprit.user(), timeout));
            }
        }
    }

    private void signal(Blocker culprit, String what, String sql) {
        String whatOfPid = what.formatted(culprit.pid());
        String sqlOfPid = sql.formatted(culprit.pid());
        if (culprit.endable()) {
            add(whatOfPid, commands.psql(sqlOfPid));
        } else {
            addForSuperuser(whatOfPid, sqlOfPid);
        }
    }

    private void slow(List<Holder> group) {
        String pids = pids(group);
        if (!pids.isEmpty()) {
            add(
                    "See what the statements wait for",
                    commands.psql("select pid, now() - query_start as running, wait_event_type, wait_event, query"
                            + " from pg_stat_activity where pid in (%s) order by 2 desc".formatted(pids)));
            add(
                    "Cancel them: whoever asked gets 503 and may ask again",
                    commands.psql(
                            "select pg_cancel_backend(pid) from pg_stat_activity where pid in (%s)".formatted(pids)
                                    + " and state = 'active'"));
        }
        Duration timeout = observed.after().settings().statementTimeout();
        if (timeout.compareTo(EARLIER_TIMEOUT) > 0) {
            add(
                    "Let PostgreSQL cancel earlier by itself: now it does after " + Formats.time(timeout),
                    "./run.sh --statement-timeout %ss".formatted(EARLIER_TIMEOUT.toSeconds()));
        }
    }

    private void idleInTransaction(List<Holder> group) {
        add(
                "Find the code that leaves a transaction open: connection %s is in %s"
                        .formatted(group.get(0).connectionId(), frame(group.get(0))),
                commands.threads());
        add(
                "Let PostgreSQL end such sessions by itself; the pool replaces their connections",
                commands.psql("alter role current_user set idle_in_transaction_session_timeout = '1min'"));
        if (!pids(group).isEmpty()) {
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
                                    .formatted(Formats.time(Duration.ofMillis(limit)))
                            + " an error (ReclaimLeaksAfterMillis of the MBean PoolSettings; takes an operator of role control)",
                    commands.set("ReclaimLeaksAfterMillis", limit));
        }
    }

    private void lost(Holder first) {
        PoolSettings settings = observed.after().settings();
        add(
                "Wait: each holder gets an error %s after it began to wait, at the latest, and its connection is replaced"
                        .formatted(Formats.time(settings.socketTimeout())),
                "");
        add("See whether packets are lost between here and there", commands.sockets());
        if (first.backendPid() != 0) {
            add("PostgreSQL's log tells what became of pid %s".formatted(first.backendPid()), "");
        }
        Duration earlier = settings.statementTimeout().plus(SOCKET_MARGIN);
        if (settings.socketTimeout().compareTo(earlier) > 0) {
            add(
                    "Give up earlier; it must be longer than --statement-timeout",
                    "./run.sh --socket-timeout %sms".formatted(earlier.toMillis()));
        }
    }

    private void saturated() {
        if (observed.availability().keptBack()) {
            keptBack();
            return;
        }
        PoolSnapshot numbers = observed.after().view().numbers();
        add("See which routes ask most: the group of waiters below, and the timers in the MBean domain metrics", "");
        if (SituationClassifier.waitsForBatch(observed)) {
            add(
                    "More connections would not help: of each kind of question %s under way at once. If there are idle cores,"
                                    .formatted(Formats.count(
                                            observed.after().settings().batchSlots(), "batch is", "batches are"))
                            + " let there be more",
                    "./run.sh --batch-slots " + 2 * observed.after().settings().batchSlots());
            return;
        }
        Optional<Integer> free = observed.postgres().map(Recommendations::free);
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

    /** A query through the pooler would wait as well, so no command queries PostgreSQL through it. */
    private void keptBack() {
        if (observed.availability().problem().contains("max_client_conn")) {
            add(
                    "Raise max_client_conn in pgbouncer.ini and reload PgBouncer (reload on its admin console, or SIGHUP), or"
                            + " let its other clients open fewer connections",
                    "");
            return;
        }
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
        PoolSettings settings = observed.after().settings();
        if (settings.maxOverflow() > 0) {
            add(
                    "Keep more connections open, so that fewer are opened under load",
                    "./run.sh --pool-size %s --max-overflow 0".formatted(settings.maximum()));
        }
    }

    private void failing() {
        RecentFailure last = observed.failures().get(0);
        switch (last.kind()) {
            case CONNECT_FAILED, DATABASE_DOWN -> connectFailed();
            case PERMISSION_DENIED -> permissionDenied(last.message());
            case SCHEMA_MISMATCH -> schemaMismatch(last.message());
            case DATABASE_TROUBLE, STATEMENT_TIMEOUT, CONNECTION_LOST -> limits(last.message());
            case POOL_TIMEOUT, QUEUE_FULL, NOT_PREPARED, UNEXPECTED -> {}
        }
        observed.failures().stream()
                .flatMap(failure -> failure.incident().stream())
                .findFirst()
                .ifPresent(id -> add("Read the incident %s: it is what the server saw then".formatted(id), ""));
    }

    private void stalled() {
        add("The events of the pool say why its connections are lost: invalidate, connect_failed and close", "");
    }

    private void connectFailed() {
        if (SituationClassifier.isRefusal(refusalState())) {
            refused();
        }
    }

    /**
     * @param message PostgreSQL's message, for example {@code ERROR: permission denied for table auth_group}; parsed in
     *     English only
     */
    private void permissionDenied(String message) {
        Matcher denied = PERMISSION_DENIED.matcher(message);
        String kind = denied.find() ? denied.group(1) : "";
        String privileges = switch (kind) {
            case "table" -> "select, insert, update, delete";
            case "sequence" -> "usage, select";
            case "schema" -> "usage";
            case "function" -> "execute";
            default -> "";
        };
        String what = "Grant role %s again what it lacks".formatted(observed.role());
        if (privileges.isEmpty() || !Commands.isPlain(denied.group(2)) || !Commands.isPlain(observed.role())) {
            add(what + " (takes the owner or a superuser)", "");
            return;
        }
        String object = (kind.equals("function") ? "routine" : kind) + " " + denied.group(2);
        add(
                "%s (takes the owner of the %s, or a superuser)".formatted(what, kind),
                commands.psql("grant %s on %s to %s".formatted(privileges, object, observed.role())));
    }

    /** Does not recommend a restart: migrations that are recorded as applied are not applied again. */
    private void schemaMismatch(String message) {
        Matcher missing = MISSING_RELATION.matcher(message);
        String relation = missing.find() && Commands.isPlain(missing.group(1)) ? missing.group(1) : "";
        String where = relation.isEmpty()
                ? "schemaname not in ('pg_catalog', 'information_schema')"
                : "tablename = '%s'".formatted(relation);
        add(
                "See in which schema the tables are, whether role %s may use it, and which schemas it searches"
                        .formatted(observed.role()),
                commands.psql("select schemaname, tablename, tableowner,"
                        + " has_schema_privilege('%s', schemaname, 'usage') as usable,"
                                .formatted(observed.role().replace("'", "''"))
                        + " current_schemas(false) as searched from pg_tables where " + where));
        add(
                "If it is nowhere, restore it from a backup, or undo what renamed or dropped it. A restart does not create"
                        + " it again",
                "");
    }

    /** Finds the limit at which PostgreSQL cancelled a statement or a lock wait, or terminated a session. */
    private void limits(String message) {
        if (!message.contains("timeout")) {
            return;
        }
        add(
                "See which limits hold for new sessions of this role: those with the source user or database were set with"
                        + " alter role or alter database, and reset removes them",
                commands.psql("select name, setting, unit, source from pg_settings where name in ('lock_timeout',"
                        + " 'statement_timeout', 'transaction_timeout', 'idle_session_timeout',"
                        + " 'idle_in_transaction_session_timeout') and setting <> '0'"));
        ROLE_LIMITS.forEach((said, setting) -> {
            if (message.contains(said)) {
                add(
                        "If the %s of this role is too short, let new sessions have the server's".formatted(setting),
                        commands.psql("alter role current_user reset " + setting));
            }
        });
    }

    private void refused() {
        // Other states, for example 57P03 during recovery, are unrelated to the number of connections.
        if (!refusalState().startsWith("53")) {
            down();
            return;
        }
        add(
                "See who has PostgreSQL's connections (if it refuses you, too: as a superuser, for whom some are kept)",
                commands.psql("select application_name, usename, state, count(*), max(now() - state_change) as longest"
                        + " from pg_stat_activity where backend_type = 'client backend'"
                        + " group by 1, 2, 3 order by 4 desc"));
        int maximum = observed.after().settings().maximum();
        if (maximum > 1) {
            add(
                    "Ask for fewer: this process may have %s".formatted(maximum),
                    "./run.sh --pool-size %s --max-overflow 0".formatted(maximum / 2));
        }
        raiseLimit(maximum);
        aboutHolders();
    }

    private void raiseLimit(int maximum) {
        Optional<ConnectionSlots> slots =
                observed.postgres().or(observed::lastSeen).map(PostgresSnapshot::slots);
        String message = refusalMessage();
        if (message.contains("for role")) {
            raise("role", observed.role(), slots.map(ConnectionSlots::roleLimit), maximum);
        } else if (message.contains("for database")) {
            raise("database", observed.database(), slots.map(ConnectionSlots::databaseLimit), maximum);
        } else {
            add(
                    "As a superuser, raise the limit that is reached: of the role or of the database (alter role, alter"
                            + " database … connection limit), at once; or max_connections (alter system), which takes a"
                            + " restart of PostgreSQL: a reload does nothing",
                    "");
        }
    }

    private void raise(String kind, String name, Optional<OptionalInt> limit, int maximum) {
        int known = limit.orElse(OptionalInt.empty()).orElse(0);
        addForSuperuser(
                "Let the %s have more".formatted(kind),
                "alter %s %s connection limit %s".formatted(kind, Commands.identifier(name), known + maximum + 1));
    }

    private void noPrimary() {
        NoPrimaryException.Reason reason = observed.outage()
                .flatMap(Monitor.Outage::noPrimary)
                .or(() -> observed.after()
                        .opening()
                        .failure()
                        .filter(NoPrimaryException.class::isInstance)
                        .map(failure -> ((NoPrimaryException) failure).reason()))
                .orElse(NoPrimaryException.Reason.NONE_FOUND);
        add(
                "See whether this is a standby, or its sessions are read-only by default, and where that was set",
                commands.psql("select pg_is_in_recovery(), setting, source, sourcefile from pg_settings"
                        + " where name = 'default_transaction_read_only'"));
        if (reason != NoPrimaryException.Reason.READ_ONLY) {
            add(
                    "Lead the address in the database URL to the primary: requests are answered again within about a second",
                    "");
            addForSuperuser("If the primary is lost, promote the standby", "select pg_promote()");
        }
        if (reason != NoPrimaryException.Reason.STANDBY) {
            writable();
        }
    }

    /** Sessions that are read-only by default need an explicit read-write transaction to reset that default. */
    private void writable() {
        String what =
                "If the sessions should be writable, and that they are not was set for the database or the role (the"
                        + " source is database, user or database user), reset it (takes the owner of the database, or a superuser)";
        boolean plain = Commands.isPlain(observed.database()) && Commands.isPlain(observed.role());
        add(
                what,
                plain
                        ? commands.psql("begin read write;"
                                + " alter database %s reset default_transaction_read_only;"
                                        .formatted(observed.database())
                                + " alter role %s reset default_transaction_read_only;".formatted(observed.role())
                                + " alter role %s in database %s reset default_transaction_read_only;"
                                        .formatted(observed.role(), observed.database())
                                + " commit")
                        : "");
        addForSuperuser(
                "If the source is configuration file, correct that file, and have it read again",
                "select pg_reload_conf()");
    }

    /** The number of further connections that the pool's role can open to the pool's database. */
    private static int free(PostgresSnapshot view) {
        String database = view.backends().stream()
                .filter(backend -> backend.owner() == BackendOwner.POOL)
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

    private static int left(PostgresSnapshot view, OptionalInt limit, Predicate<Backend> counted) {
        long used = view.backends().stream().filter(counted).count();
        return limit.isPresent() ? Math.max(0, limit.getAsInt() - (int) used) : Integer.MAX_VALUE;
    }

    /** Handles refusals that persist until an operator corrects the cause; the pool's size has no influence. */
    private boolean loginRefused() {
        String state = refusalState();
        if (state.startsWith("28")) {
            add(
                    "Correct the user or the password: a new one in --database-password-file is read at the next connect,"
                            + " one in --database-url takes a restart",
                    "");
            add("See what PostgreSQL says to this login (pg_hba.conf may refuse it, too)", commands.psql("select 1"));
            if (state.equals("28000")) {
                addForSuperuser(
                        "If the role may not log in, let it",
                        "alter role %s login".formatted(Commands.identifier(observed.role())));
            }
            return true;
        }
        if (state.startsWith("3D")) {
            add("Create that database, or name another in --database-url", "");
            return true;
        }
        String database = Commands.identifier(observed.database());
        if (state.equals("42501")) {
            addForSuperuser(
                    "Let the role connect to the database",
                    "grant connect on database %s to %s".formatted(database, Commands.identifier(observed.role())));
            return true;
        }
        if (state.equals("55000")) {
            addForSuperuser(
                    "Let the database be connected to (from another database)",
                    "alter database %s allow_connections true".formatted(database));
            return true;
        }
        return false;
    }

    private String refusalState() {
        return observed.outage()
                .map(Monitor.Outage::sqlState)
                .or(() -> observed.after().opening().failure().map(SQLException::getSQLState))
                .orElse("");
    }

    private String refusalMessage() {
        return observed.outage()
                .map(Monitor.Outage::message)
                .or(() -> observed.after().opening().failure().map(SQLException::getMessage))
                .orElse("");
    }

    private void down() {
        if (loginRefused()) {
            return;
        }
        add("See whether PostgreSQL runs and can be reached from here", commands.psql("select 1"));
        if (observed.outage().map(Monitor.Outage::message).orElse("").contains("server_login_retry")) {
            add(
                    "See in PgBouncer's log why its logins to PostgreSQL fail; when that is put right, requests are answered"
                            + " again after server_login_retry (15 s by default)",
                    "");
            return;
        }
        add("Nothing has to be done here: within about a second of its return requests are answered again", "");
    }

    private static String frame(Holder holder) {
        return holder.applicationFrame().isEmpty() ? "code that the stack does not show" : holder.applicationFrame();
    }

    /** The known pids, separated by commas; empty if none is known, for example behind PgBouncer. */
    private static String pids(List<Holder> group) {
        return group.stream()
                .map(Holder::backendPid)
                .filter(pid -> pid != 0)
                .map(String::valueOf)
                .collect(Collectors.joining(", "));
    }

    /** Adds a step without a command, because the psql command connects with a role that lacks the privilege. */
    private void addForSuperuser(String what, String sql) {
        add("%s, as a superuser: %s".formatted(what, sql), "");
    }

    private void add(String what, String command) {
        steps.add(new Recommendation(what, command));
    }
}
