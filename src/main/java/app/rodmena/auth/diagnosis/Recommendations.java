package app.rodmena.auth.diagnosis;

import app.rodmena.auth.common.SqlState;
import app.rodmena.auth.database.Monitor;
import app.rodmena.auth.database.RecentFailures.FailureGroup;
import app.rodmena.auth.database.activity.Backend;
import app.rodmena.auth.database.activity.Backend.BackendOwner;
import app.rodmena.auth.database.activity.ConnectionSlots;
import app.rodmena.auth.database.activity.PostgresSnapshot;
import app.rodmena.auth.diagnosis.ConnectionRate.ConnectionStorm;
import app.rodmena.auth.diagnosis.Diagnosis.Recommendation;
import app.rodmena.auth.diagnosis.PlanWatch.StatementPlan;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.pool.PoolSnapshot;
import app.rodmena.auth.postgres.NoPrimaryException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Recommends actions with their exact commands, the safest first. A pure function. */
final class Recommendations {
    private static final int MAX_BLOCKERS = 3;
    private static final Duration SHORTER_TIMEOUT = Duration.ofSeconds(5);

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
    /** The identifiers of prepared transactions that cannot inject a command. */
    private static final Pattern SAFE_GID = Pattern.compile("[A-Za-z0-9_.:-]+");

    private static final Pattern MISSING_RELATION = Pattern.compile("relation \"([^\"]+)\" does not exist");

    private final Observation observation;
    private final List<Holder> holders;
    private final Commands commands;
    private final PoolSettings settings;
    private final List<Recommendation> steps = new ArrayList<>();

    private Recommendations(Observation observed, List<Holder> holders, Commands commands) {
        this.observation = observed;
        this.holders = holders;
        this.commands = commands;
        this.settings = observed.after().settings();
    }

    static List<Recommendation> of(Situation situation, Observation observed, List<Holder> holders, Commands commands) {
        return new Recommendations(observed, holders, commands).list(situation);
    }

    private List<Recommendation> list(Situation situation) {
        switch (situation) {
            case WELL, RECOVERING -> {}
            case FAILING -> failing();
            case STALLED ->
                add(
                        "Find the reason why connections are lost in the pool's events invalidate, connect_failed and close");
            case TROUBLED, BLOCKED, EXHAUSTED -> forHolders();
            case SATURATED, NOISY_TENANT -> saturated();
            case OPENING -> opening();
            case REFUSED -> refused();
            case NO_PRIMARY -> noPrimary();
            case DATABASE_DOWN -> down();
            case NOT_PREPARED ->
                add("Find the error of the migration in the log; the migration is retried automatically");
            case SUSPENDED ->
                steps.add(new Recommendation(
                        "Resume the pool: the operation resume of the MBean app.rodmena.auth:type=Pool,name=auth, in"
                                + " JConsole or over Jolokia",
                        commands.exec("resume"),
                        "resume",
                        0));
        }
        observation.storm().ifPresent(this::forStorm);
        return steps;
    }

    private void forStorm(ConnectionStorm storm) {
        if (storm.application().isEmpty()) {
            addForSuperuser(
                    "Log new sessions, and find their client in PostgreSQL's log: they end too fast to be seen",
                    "alter system set log_connections = on; select pg_reload_conf()");
            return;
        }
        query(
                "Find the client that opens a connection for each statement, and let it use a pool or PgBouncer",
                "select application_name, usename, client_addr, count(*), min(now() - backend_start) as youngest"
                        + " from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()"
                        + " and backend_start > now() - interval '10 s' group by 1, 2, 3 order by 4 desc");
    }

    private void forHolders() {
        Map<Verdict, List<Holder>> byVerdict = holders.stream()
                .collect(Collectors.groupingBy(Holder::verdict, LinkedHashMap::new, Collectors.toList()));
        // The same order as in the sentence: the verdict of the most connections first.
        List<List<Holder>> bySize = byVerdict.values().stream()
                .sorted(Comparator.comparing(group -> -group.size()))
                .toList();
        bySize.forEach(group -> {
            switch (group.get(0).verdict()) {
                case LOCK_WAIT -> forLockWaits(group);
                case SLOW_SQL -> forSlowSql(group);
                case IDLE_IN_TRANSACTION -> forIdleInTransaction(group);
                case APP_HOLDING, LEAK -> forApplication(group.get(0));
                case DEAD_BACKEND, NETWORK -> forLostPeer(group.get(0));
                case WORKING, UNKNOWN -> {}
            }
        });
    }

    private void forLockWaits(List<Holder> group) {
        Map<String, Blocker> blockers = new LinkedHashMap<>();
        List<Blocker> heads =
                group.stream().map(Holder::culprit).flatMap(Optional::stream).toList();
        heads.forEach(head -> blockers.put(head.label(), head));
        heads.forEach(head -> head.path().others().forEach(other -> blockers.putIfAbsent(other.label(), other)));
        blockers.values().stream().limit(MAX_BLOCKERS).forEach(blocker -> {
            blocker.queued()
                    .ifPresent(queued -> cancel(
                            "Cancel %s and repeat it later: then the connections behind it no longer wait"
                                    .formatted(queued.request()),
                            queued.pid(),
                            queued.endable(),
                            queued.hidden()));
            forBlocker(blocker);
        });
    }

    private void forBlocker(Blocker blocker) {
        switch (blocker.kind()) {
            case PREPARED_TRANSACTION -> forPreparedTransaction(blocker);
            case AUTOVACUUM -> forAutovacuum(blocker);
            case INSTANCE -> {
                add("Diagnose the other instance, %s, on its machine: ./run.sh diagnose"
                        .formatted(blocker.application()));
                forSession(blocker);
            }
            case REPLICATION -> {
                query(
                        "Find the client of the replication session: a standby, a subscription or a backup, which must end"
                                + " its transaction",
                        "select pid, application_name, client_addr, state, sent_lsn, replay_lsn"
                                + " from pg_stat_replication where pid = " + blocker.pid());
                forSession(blocker);
            }
            case OURS, SUPERUSER, CLIENT -> forSession(blocker);
        }
    }

    private void forPreparedTransaction(Blocker blocker) {
        query(
                "Find the prepared transaction",
                "select gid, owner, database, prepared from pg_prepared_xacts order by prepared");
        boolean isKnown = SAFE_GID.matcher(blocker.application()).matches() && Commands.isPlain(blocker.user());
        String what =
                "Roll it back, or commit it with commit prepared (requires its owner%s or a superuser, in its database)"
                        .formatted(isKnown ? " " + blocker.user() : "");
        if (isKnown) {
            add(what, commands.psqlAs(blocker.user(), "rollback prepared '%s'".formatted(blocker.application())));
        } else {
            query(what, "rollback prepared 'GID'");
        }
    }

    private void forAutovacuum(Blocker blocker) {
        query(
                "Let the vacuum end: PostgreSQL cancels an autovacuum worker for a waiting session, except for one that"
                        + " prevents transaction ID wraparound. Its progress",
                "select pid, phase, heap_blks_scanned, heap_blks_total from pg_stat_progress_vacuum where pid = "
                        + blocker.pid());
        cancel(blocker, "Cancel the autovacuum worker, pid %s; PostgreSQL starts it again later");
    }

    private void forSession(Blocker blocker) {
        int pid = blocker.pid();
        if (blocker.connectionId().isPresent()) {
            add(
                    "The lock is held by connection %s of this pool: find the code that holds it in the stack of its thread"
                            .formatted(blocker.connectionId().getAsInt()),
                    commands.threads());
        } else {
            String request = blocker.state().equals("idle")
                    ? "release its advisory lock with pg_advisory_unlock"
                    : "end its transaction";
            query(
                    "Identify pid %s, and ask its owner to %s".formatted(pid, request),
                    "select pid, usename, application_name, client_addr, state, xact_start, query"
                            + " from pg_stat_activity where pid = " + pid);
        }
        if (blocker.state().equals("active") || blocker.hidden()) {
            cancel(blocker, "Cancel the statement of pid %s; its session stays open");
        }
        terminate(blocker);
        if (blocker.state().startsWith("idle in transaction") && Commands.isPlain(blocker.user())) {
            String timeout = "set idle_in_transaction_session_timeout = '1min'";
            boolean isOurRole = observation
                    .postgres()
                    .filter(view -> view.role().equals(blocker.user()))
                    .isPresent();
            query(
                    isOurRole,
                    "Let PostgreSQL terminate such sessions automatically, from the next session on",
                    "alter role %s %s".formatted(isOurRole ? "current_user" : blocker.user(), timeout));
        }
    }

    private void cancel(Blocker blocker, String what) {
        cancel(what.formatted(blocker.pid()), blocker.pid(), blocker.endable(), blocker.hidden());
    }

    private void cancel(String what, int pid, boolean endable, boolean hidden) {
        query(endable, what, signal("pg_cancel_backend", pid, "query_start", endable && hidden));
    }

    private void terminate(Blocker blocker) {
        String what = "Terminate the session of pid %s: its transaction is rolled back and its locks are released"
                .formatted(blocker.pid());
        boolean hidden = blocker.endable() && blocker.hidden();
        String sql = signal("pg_terminate_backend", blocker.pid(), "backend_start", hidden);
        if (blocker.endable()) {
            steps.add(new Recommendation(what, commands.psql(sql), "terminateBackend", blocker.pid()));
        } else {
            addForSuperuser(what, sql);
        }
    }

    /**
     * A command that signals a session only if it is still the one of the diagnosis. It may be run much later, when the
     * pid is that of another session, or the session runs another statement: these began after the diagnosis.
     *
     * @param began the column with the time that must not be after the diagnosis
     * @param hidden whether that column is hidden from the role that runs the command, which then requires that the
     *     session still blocks another one
     */
    private String signal(String function, int pid, String began, boolean hidden) {
        return hidden
                ? "select %s(%s) where exists (select from pg_stat_activity where %s = any(pg_blocking_pids(pid)))"
                        .formatted(function, pid, pid)
                : "select %s(pid) from pg_stat_activity where pid = %s and %s <= '%s'"
                        .formatted(function, pid, began, clock());
    }

    /** The time of the diagnosis by PostgreSQL's clock. */
    private Instant clock() {
        return observation.postgres().map(PostgresSnapshot::clock).orElseGet(Instant::now);
    }

    private void forSlowSql(List<Holder> group) {
        group.stream()
                .flatMap(holder -> reason(holder).stream())
                .findFirst()
                .filter(reason -> !reason.remedy.isEmpty())
                .ifPresent(reason -> query(reason.remedy, reason.sql));
        group.stream()
                .map(holder -> observation.plans().get(holder.connectionId()))
                .filter(Objects::nonNull)
                .map(StatementPlan::change)
                .filter(change -> !change.isEmpty())
                .findFirst()
                .ifPresent(change -> query(
                        "Update the statistics, and find the index that the plan used before (%s)".formatted(change),
                        "analyze"));
        // A cancelled wait for a standby reports success, and the write can be lost in a failover.
        List<Holder> cancellable = group.stream()
                .filter(holder -> reason(holder)
                        .filter(StatementWaits.Reason.SYNC_REP::equals)
                        .isEmpty())
                .toList();
        if (cancellable.isEmpty()) {
            return;
        }
        String pids = pids(cancellable);
        if (!pids.isEmpty()) {
            query(
                    "Find what the statements wait for",
                    "select pid, now() - query_start as running, wait_event_type, wait_event, query"
                            + " from pg_stat_activity where pid in (%s) order by 2 desc".formatted(pids));
            query(
                    "Cancel the statements: their callers get 503 and may retry",
                    "select pg_cancel_backend(pid) from pg_stat_activity where pid in (%s)".formatted(pids)
                            + " and state = 'active' and query_start <= '%s'".formatted(clock())
                            + " and wait_event is distinct from 'SyncRep'");
        }
        Duration timeout = settings.statementTimeout();
        if (timeout.compareTo(SHORTER_TIMEOUT) > 0) {
            add(
                    "Let PostgreSQL cancel statements earlier: the statement timeout is now " + Formats.time(timeout),
                    "./run.sh --statement-timeout %ss".formatted(SHORTER_TIMEOUT.toSeconds()));
        }
    }

    private Optional<StatementWaits.Reason> reason(Holder holder) {
        return Optional.ofNullable(observation.waits().get(holder.connectionId()))
                .map(StatementWaits.Summary::reason);
    }

    private void forIdleInTransaction(List<Holder> group) {
        add(
                "Find the code that leaves a transaction open: connection %s is in %s"
                        .formatted(group.get(0).connectionId(), frame(group.get(0))),
                commands.threads());
        query(
                "Let PostgreSQL terminate such sessions automatically; the pool replaces their connections",
                "alter role current_user set idle_in_transaction_session_timeout = '1min'");
        if (!pids(group).isEmpty()) {
            query(
                    "Terminate the sessions now: their transactions are rolled back, and their callers get an error",
                    "select pg_terminate_backend(pid) from pg_stat_activity where pid in (%s)".formatted(pids(group))
                            + " and state like 'idle in transaction%' and xact_start <= '" + clock() + "'");
        }
    }

    private void forApplication(Holder longest) {
        add(
                "Find the code that holds connection %s: thread %s is in %s"
                        .formatted(longest.connectionId(), longest.thread(), frame(longest)),
                commands.threads());
        add("Return connections before slow work, with try-with-resources");
        if (longest.verdict() == Verdict.LEAK) {
            long limit = settings.leakThreshold().toMillis() + 1_000;
            add(
                    "Reclaim connections in use for longer than %s, from now until the next start: their callers get"
                                    .formatted(Formats.time(Duration.ofMillis(limit)))
                            + " an error (ReclaimLeaksAfterMillis of the MBean PoolSettings; requires an operator with role control)",
                    commands.set("ReclaimLeaksAfterMillis", limit));
        }
    }

    private void forLostPeer(Holder first) {
        add("Wait: each caller gets an error within %s of the start of its wait, and its connection is replaced"
                .formatted(Formats.time(settings.socketTimeout())));
        add("Check for packet loss between this host and PostgreSQL", commands.sockets());
        if (first.backendPid() != 0) {
            add("Look for pid %s in PostgreSQL's log".formatted(first.backendPid()));
        }
        Duration shorter = settings.statementTimeout().plus(SOCKET_MARGIN);
        if (settings.socketTimeout().compareTo(shorter) > 0) {
            add(
                    "Shorten the socket timeout; it must be longer than --statement-timeout",
                    "./run.sh --socket-timeout %sms".formatted(shorter.toMillis()));
        }
    }

    private void saturated() {
        if (observation.availability().keptBack()) {
            poolerFull();
            return;
        }
        PoolSnapshot pool = observation.after().view().numbers();
        add("Find the busiest routes: see the waiting requests below, and the timers in the MBean domain metrics");
        if (SituationClassifier.waitsForBatch(observation)) {
            add(
                    "More connections do not help: the limit is %s at a time for each kind of query. If there are idle cores,"
                                    .formatted(Formats.count(settings.batchSlots(), "batch", "batches"))
                            + " raise it",
                    "./run.sh --batch-slots " + 2 * settings.batchSlots());
            return;
        }
        if (observation.postgres().flatMap(StatementWaits::busyCores).isPresent()) {
            query(StatementWaits.Reason.CPU.remedy, StatementWaits.Reason.CPU.sql);
            add("More connections do not help while the cores of PostgreSQL's machine are busy");
            return;
        }
        Optional<Integer> free = observation.postgres().map(this::free);
        if (free.isPresent() && free.get() > 0) {
            int larger = pool.poolSize() + Math.min(pool.poolSize(), free.get());
            add(
                    "If PostgreSQL has idle cores, allow more connections (it has %s free)".formatted(free.get()),
                    "./run.sh --pool-size " + larger);
        } else {
            add("Do not enlarge the pool before PostgreSQL has free connections");
        }
    }

    /** A query through the pooler would wait as well, so no command queries PostgreSQL through it. */
    private void poolerFull() {
        if (observation.availability().problem().contains("max_client_conn")) {
            add(
                    "Raise max_client_conn in pgbouncer.ini and reload PgBouncer (reload on its admin console, or SIGHUP), or"
                            + " let its other clients open fewer connections");
            return;
        }
        add(
                "Check whether PgBouncer's pool is full (sv_active, cl_waiting) or paused (requires one of its admin_users or"
                        + " stats_users)",
                commands.pgBouncerConsole("show pools"));
        add("If it is paused, resume it (requires one of its admin_users)", commands.pgBouncerConsole("resume"));
        add("If it is full, query PostgreSQL directly, not through PgBouncer, for what its sessions run or wait for:"
                + " select pid, state, wait_event_type, wait_event, pg_blocking_pids(pid), query from"
                + " pg_stat_activity where state <> 'idle'");
        add(
                "If the sessions do normal work and PostgreSQL has idle cores, raise default_pool_size in pgbouncer.ini"
                        + " and reload PgBouncer",
                commands.pgBouncerConsole("reload"));
    }

    private void opening() {
        query("Measure how long it takes to connect from this host", "select 1");
        if (settings.maxOverflow() > 0 && observation.after().view().numbers().totalConnections() > 0) {
            add(
                    "Keep more connections open, so that fewer are opened under load",
                    "./run.sh --pool-size %s --max-overflow 0".formatted(settings.maximum()));
        }
    }

    private void failing() {
        FailureGroup last = observation.failures().get(0);
        switch (last.kind()) {
            case CONNECT_FAILED, DATABASE_DOWN -> {
                if (SituationClassifier.isRefusal(observation.refusalState())) {
                    refused();
                }
            }
            case PERMISSION_DENIED -> permissionDenied(last.message());
            case SCHEMA_MISMATCH -> schemaMismatch(last.message());
            case DATABASE_TROUBLE, STATEMENT_TIMEOUT, CONNECTION_LOST -> limits(last.message());
            case POOL_TIMEOUT,
                    DEADLINE_EXCEEDED,
                    QUEUE_FULL,
                    OVERLOADED,
                    NOT_PREPARED,
                    STATEMENT_CANCELLED,
                    UNEXPECTED -> {}
        }
        observation.failures().stream()
                // Of attempts to connect, the refusals, whose message may have more.
                .filter(failure -> failure.message().contains(last.message()))
                .flatMap(failure -> failure.incident().stream())
                .findFirst()
                .ifPresent(id -> add("Read incident %s: it shows the state at that time".formatted(id)));
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
        String what = "Grant role %s the missing privileges".formatted(observation.role());
        if (privileges.isEmpty() || !Commands.isPlain(denied.group(2)) || !Commands.isPlain(observation.role())) {
            add(what + " (requires the owner or a superuser)");
            return;
        }
        String object = (kind.equals("function") ? "routine" : kind) + " " + denied.group(2);
        query(
                "%s (requires the owner of the %s or a superuser)".formatted(what, kind),
                "grant %s on %s to %s".formatted(privileges, object, observation.role()));
    }

    /** Does not recommend a restart: migrations that are recorded as applied are not applied again. */
    private void schemaMismatch(String message) {
        Matcher missing = MISSING_RELATION.matcher(message);
        String relation = missing.find() && Commands.isPlain(missing.group(1)) ? missing.group(1) : "";
        String where = relation.isEmpty()
                ? "schemaname not in ('pg_catalog', 'information_schema')"
                : "tablename = '%s'".formatted(relation);
        query(
                "Find the schema of the tables, whether role %s may use it, and which schemas are searched"
                        .formatted(observation.role()),
                "select schemaname, tablename, tableowner,"
                        + " has_schema_privilege('%s', schemaname, 'usage') as usable,"
                                .formatted(observation.role().replace("'", "''"))
                        + " current_schemas(false) as searched from pg_tables where " + where);
        add("If the table is in no schema, restore it from a backup, or undo its renaming. A restart does not create"
                + " it again");
    }

    /** Finds the limit at which PostgreSQL cancelled a statement or a lock wait, or terminated a session. */
    private void limits(String message) {
        if (message.contains("deadlock")) {
            deadlock();
        }
        if (!message.contains("timeout")) {
            return;
        }
        query(
                "List the limits of new sessions of this role: those with the source user or database were set with"
                        + " alter role or alter database, and reset removes them",
                "select name, setting, unit, source from pg_settings where name in ('lock_timeout',"
                        + " 'statement_timeout', 'transaction_timeout', 'idle_session_timeout',"
                        + " 'idle_in_transaction_session_timeout') and setting <> '0'");
        ROLE_LIMITS.forEach((phrase, setting) -> {
            if (message.contains(phrase)) {
                query(
                        "If the %s of this role is too short, reset it to the server's value for new sessions"
                                .formatted(setting),
                        "alter role current_user reset " + setting);
            }
        });
    }

    private void deadlock() {
        add("Repeat the cancelled request: PostgreSQL has rolled back only its transaction. To prevent deadlocks, let"
                + " the other client lock its rows in the same order, or in shorter transactions");
        query(
                "Count the deadlocks in the database",
                "select deadlocks, stats_reset from pg_stat_database where datname = current_database()");
    }

    private void refused() {
        // Other states, for example 57P03 during recovery, are unrelated to the number of connections.
        if (!observation.refusalState().startsWith("53")) {
            down();
            return;
        }
        query(
                "List the clients of PostgreSQL (as a superuser, for whom connections are reserved, if this login is refused)",
                "select application_name, usename, state, count(*), max(now() - state_change) as longest"
                        + " from pg_stat_activity where backend_type = 'client backend'"
                        + " group by 1, 2, 3 order by 4 desc");
        add("Let the client with the largest count use fewer connections, or end its idle sessions");
        int maximum = settings.maximum();
        if (maximum > 1) {
            add(
                    "Open fewer connections: this process may open %s".formatted(maximum),
                    "./run.sh --pool-size %s --max-overflow 0".formatted(maximum / 2));
        }
        raiseLimit(maximum);
        forHolders();
    }

    private void raiseLimit(int maximum) {
        Optional<ConnectionSlots> slots =
                observation.postgres().or(observation::lastSeen).map(PostgresSnapshot::slots);
        String message = observation.refusalMessage();
        if (message.contains("for role")) {
            raise("role", observation.role(), slots.map(ConnectionSlots::roleLimit), maximum);
        } else if (message.contains("for database")) {
            raise("database", observation.database(), slots.map(ConnectionSlots::databaseLimit), maximum);
        } else {
            add(
                    "As a superuser, raise the limit that is reached: that of the role or of the database (alter role, alter"
                            + " database … connection limit), which takes effect immediately; or max_connections (alter system),"
                            + " which requires a restart of PostgreSQL");
        }
    }

    private void raise(String kind, String name, Optional<OptionalInt> limit, int maximum) {
        int currentLimit = limit.orElse(OptionalInt.empty()).orElse(0);
        addForSuperuser(
                "Raise the connection limit of the %s".formatted(kind),
                "alter %s %s connection limit %s"
                        .formatted(kind, Commands.identifier(name), currentLimit + maximum + 1));
    }

    private void noPrimary() {
        NoPrimaryException.Reason reason = observation
                .outage()
                .flatMap(Monitor.Outage::noPrimary)
                .or(() -> observation
                        .after()
                        .opening()
                        .failure()
                        .filter(NoPrimaryException.class::isInstance)
                        .map(failure -> ((NoPrimaryException) failure).reason()))
                .orElse(NoPrimaryException.Reason.NONE_FOUND);
        query(
                "Check whether this is a standby, or its sessions are read-only by default, and where that is set",
                "select pg_is_in_recovery(), setting, source, sourcefile from pg_settings"
                        + " where name = 'default_transaction_read_only'");
        if (reason != NoPrimaryException.Reason.READ_ONLY) {
            add(
                    "Point the address in the database URL to the primary: requests are answered again within about a second");
            addForSuperuser("If the primary is lost, promote the standby", "select pg_promote()");
        }
        if (reason != NoPrimaryException.Reason.STANDBY) {
            writable();
        }
    }

    /** Sessions that are read-only by default need an explicit read-write transaction to reset that default. */
    private void writable() {
        String what = "If sessions should be writable and the default is set for the database or the role (the"
                + " source is database, user or database user), reset it (requires the owner of the database or a superuser)";
        boolean plain = Commands.isPlain(observation.database()) && Commands.isPlain(observation.role());
        add(
                what,
                plain
                        ? commands.psql("begin read write;"
                                + " alter database %s reset default_transaction_read_only;"
                                        .formatted(observation.database())
                                + " alter role %s reset default_transaction_read_only;".formatted(observation.role())
                                + " alter role %s in database %s reset default_transaction_read_only;"
                                        .formatted(observation.role(), observation.database())
                                + " commit")
                        : "");
        addForSuperuser(
                "If the source is configuration file, correct that file and reload it", "select pg_reload_conf()");
    }

    /** The number of further connections that the pool's role can open to the pool's database. */
    private int free(PostgresSnapshot view) {
        // A pooler may give the database another name than the URL has.
        String database = view.backends().stream()
                .filter(backend -> backend.owner() == BackendOwner.POOL)
                .map(Backend::database)
                .findFirst()
                .orElse(observation.database());
        int ofRole = remaining(
                view, view.slots().roleLimit(), backend -> backend.user().equals(view.role()));
        int inDatabase = remaining(
                view,
                view.slots().databaseLimit(),
                backend -> backend.database().equals(database));
        return Math.min(view.slots().free(), Math.min(ofRole, inDatabase));
    }

    private static int remaining(PostgresSnapshot view, OptionalInt limit, Predicate<Backend> counted) {
        long used = view.backends().stream().filter(counted).count();
        return limit.isPresent() ? Math.max(0, limit.getAsInt() - (int) used) : Integer.MAX_VALUE;
    }

    /** Handles refusals that persist until an operator corrects the cause; the pool's size has no influence. */
    private boolean loginRefused() {
        String state = observation.refusalState();
        if (SqlState.isLoginRefused(state)) {
            add(
                    "Correct the user or the password: --database-password-file is read, and"
                            + " --database-password-command is run, at the next connection attempt; --database-url requires a restart");
            query("Test this login (pg_hba.conf may refuse it, too)", "select 1");
            if (state.equals(SqlState.INVALID_LOGIN)) {
                addForSuperuser(
                        "If the role may not log in, allow it",
                        "alter role %s login".formatted(Commands.identifier(observation.role())));
            }
            return true;
        }
        String role = Commands.identifier(observation.role());
        String database = Commands.identifier(observation.database());
        switch (state) {
            case SqlState.NO_SUCH_DATABASE -> add("Create the database, or set another in --database-url");
            case SqlState.INSUFFICIENT_PRIVILEGE ->
                addForSuperuser(
                        "Allow the role to connect to the database",
                        "grant connect on database %s to %s".formatted(database, role));
            case SqlState.WRONG_OBJECT_STATE ->
                addForSuperuser(
                        "Allow connections to the database (from another database)",
                        "alter database %s allow_connections true".formatted(database));
            default -> {
                return false;
            }
        }
        return true;
    }

    private void down() {
        if (loginRefused()) {
            return;
        }
        query("Check whether PostgreSQL runs and is reachable from this host", "select 1");
        if (observation.outage().map(Monitor.Outage::message).orElse("").contains("server_login_retry")) {
            add("Find in PgBouncer's log why its logins to PostgreSQL fail; once that is fixed, requests are answered"
                    + " again after server_login_retry (15 s by default)");
            return;
        }
        add("This server needs no action: it answers requests again within about a second of PostgreSQL's return");
    }

    private static String frame(Holder holder) {
        return holder.applicationFrame().isEmpty() ? "code without an application frame" : holder.applicationFrame();
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
        add("%s, as a superuser: %s".formatted(what, sql));
    }

    /** @param isAllowed whether the role of the psql command may run the statement */
    private void query(boolean isAllowed, String what, String sql) {
        if (isAllowed) {
            query(what, sql);
        } else {
            addForSuperuser(what, sql);
        }
    }

    private void query(String what, String sql) {
        add(what, commands.psql(sql));
    }

    private void add(String what) {
        add(what, "");
    }

    private void add(String what, String command) {
        steps.add(new Recommendation(what, command, "", 0));
    }
}
