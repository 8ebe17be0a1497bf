package app.rodmena.auth.settings;

import app.rodmena.auth.api.HttpConfig;
import app.rodmena.auth.capacity.CapacityConfig;
import app.rodmena.auth.common.DurationFormat;
import app.rodmena.auth.diagnosis.DiagnosisConfig;
import app.rodmena.auth.diagnosis.incident.IncidentsConfig;
import app.rodmena.auth.pool.PoolProfile;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.security.RemoteConfig;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * All settings: the single source of the flags, the environment variables, {@code --help}, the configuration printed at
 * start and the table in the manual.
 */
public enum Setting {
    HOST(Group.API, "ADDRESS", HttpConfig.DEFAULT.host(), "Address the API listens on; 0.0.0.0 for all addresses"),
    PORT(Group.API, "PORT", HttpConfig.DEFAULT.port(), "Port of the API; 0 for any free port"),
    MAX_CLIENTS(
            Group.API,
            HttpConfig.DEFAULT.maxClients(),
            "Maximum open connections to the API; further ones wait to be accepted. Also the maximum of concurrent"
                    + " requests over HTTP/2; further ones are refused (REFUSED_STREAM). Each connection uses a file"
                    + " descriptor: ulimit -n may allow fewer"),
    MAX_HEADER_SIZE(Group.API, "SIZE", "16k", "Maximum size of request line and headers; beyond it 431"),
    MAX_BODY_SIZE(
            Group.API, "SIZE", "256k", "Maximum size of a request body; beyond it 413. 1,000 checks take at most 219k"),
    READ_TIMEOUT(
            Group.API,
            HttpConfig.DEFAULT.readTimeout(),
            "Maximum wait for a request's headers, for its body, and for the client to read the response; a database"
                    + " connection waits for the client of a long list for at most a fifth of it"),
    IDLE_TIMEOUT(
            Group.API, HttpConfig.DEFAULT.idleTimeout(), "A connection without requests is closed after this time"),
    ALLOW_HALF_CLOSE(
            Group.API,
            "Answer clients that close the writing side of their connection before the response; otherwise they count"
                    + " as gone"),
    CORS_ORIGIN(
            Group.API, "ORIGIN", Kind.LIST, "Origin whose pages may call the API, or *; repeatable. None by default"),
    SHUTDOWN_GRACE(Group.API, HttpConfig.DEFAULT.shutdownGrace(), "On SIGTERM, maximum wait for requests in flight"),
    DRAIN(
            Group.API,
            HttpConfig.DEFAULT.drain(),
            "On SIGTERM, first serve requests for this time while /health/ready answers 503, so that load balancers"
                    + " stop sending requests; a second SIGTERM ends it"),
    CHANGES_KEPT(Group.API, HttpConfig.DEFAULT.changesKept(), "How long GET /api/changes keeps changes, 1h to 3650d"),
    API_KEYSTORE(
            Group.API,
            "FILE",
            "PKCS#12 or JKS file with the key and certificate for TLS and HTTP/2; without it the API is plain HTTP"),
    API_KEYSTORE_PASSWORD_FILE(Group.API, "FILE", "File with the password of --api-keystore"),
    ALLOW_PLAIN_HTTP(
            Group.API,
            "Do not warn that --host is not a loopback address without --api-keystore: a proxy in front provides TLS"),

    DATABASE_URL(
            Group.DATABASE,
            "URL",
            Kind.SECRET,
            "postgresql://user:password@host:port/db or jdbc:postgresql://...; of several hosts, as h1:5432,h2:5432, the"
                    + " primary is used. Without it the server starts its own PostgreSQL"),
    DATABASE_PASSWORD_FILE(
            Group.DATABASE,
            "FILE",
            "File with the password, if the URL has none; read at every login. Or set PGPASSWORD"),
    DATABASE_PASSWORD_COMMAND(
            Group.DATABASE,
            "COMMAND",
            Kind.SECRET,
            "Command for sh -c that prints the password, instead of the file; run at every login, for at most 5s"),
    DATA_DIR(Group.DATABASE, "DIRECTORY", "./data", "Data directory of the server's own PostgreSQL"),
    EPHEMERAL(Group.DATABASE, "Start the server's own PostgreSQL without data, and delete the data at exit"),
    FAIL_FAST(Group.DATABASE, "Exit with 1 if the database is unavailable at start, instead of waiting for it"),

    PROFILE(
            Group.POOL,
            "NAME",
            PoolProfile.DEFAULT.wireName(),
            "Pool size and overflow by name: default 5+5, high-traffic 10+10, low-memory 3+2, development 10+20"),
    POOL_SIZE(Group.POOL, PoolSettings.DEFAULT.poolSize(), "Connections kept open once opened"),
    MAX_OVERFLOW(
            Group.POOL,
            PoolSettings.DEFAULT.maxOverflow(),
            "Extra connections while all of --pool-size are checked out"),
    POOL_TIMEOUT(Group.POOL, PoolSettings.DEFAULT.poolTimeout(), "Maximum wait for a connection"),
    POOL_RECYCLE(Group.POOL, PoolSettings.DEFAULT.poolRecycle(), "A connection older than this is replaced"),
    PRE_PING(
            Group.POOL,
            "WHEN",
            PoolSettings.DEFAULT.prePing().wireName(),
            "Test a connection at checkout: always; idle (if unused for over 500ms); off"),
    STATEMENT_TIMEOUT(
            Group.POOL, PoolSettings.DEFAULT.statementTimeout(), "PostgreSQL cancels a statement that takes longer"),
    CONNECT_TIMEOUT(
            Group.POOL,
            PoolSettings.DEFAULT.connectTimeout(),
            "Maximum wait for the TCP connection to the database, and for each answer during login; in whole seconds,"
                    + " rounded up"),
    SOCKET_TIMEOUT(
            Group.POOL,
            PoolSettings.DEFAULT.socketTimeout(),
            "Maximum wait for an answer of the database; longer than --statement-timeout"),
    LEAK_THRESHOLD(
            Group.POOL,
            PoolSettings.DEFAULT.leakThreshold(),
            "A connection held longer is reported as a suspected leak"),
    RECLAIM_LEAKS_AFTER(
            Group.POOL,
            "DURATION",
            "off",
            "A connection held longer is taken from its holder and closed; longer than --leak-threshold, or off"),
    SLOW_STATEMENT(
            Group.POOL,
            PoolSettings.DEFAULT.slowStatement(),
            "A statement that takes longer is logged and listed as slow"),
    MAX_WAITING(
            Group.POOL,
            PoolSettings.DEFAULT.maxWaiting(),
            "Maximum waiting callers; further ones are rejected at once with 503"),
    BATCHING(
            Group.POOL,
            "on|off",
            "on",
            "on: waiting requests of one kind share one query; off: a query and a connection for each request"),
    BATCH_SLOTS(Group.POOL, PoolSettings.DEFAULT.batchSlots(), "Concurrent batches for each kind of query"),
    WORKERS(Group.POOL, PoolSettings.DEFAULT.workers(), "Number of processes like this one that share the database"),
    BUDGET(
            Group.POOL,
            "WHAT",
            CapacityConfig.DEFAULT.budget().wireName(),
            "If all processes on the database may open more connections than it allows: warn; refuse to start; off"),
    WAIT_TARGET(
            Group.POOL,
            CapacityConfig.DEFAULT.waitTarget(),
            "Target p99 wait for a connection; used for sizing advice, and by --shed"),
    SHED(
            Group.POOL,
            "on|off",
            "off",
            "on: while even the shortest wait is above --wait-target, refuse requests that have waited longer with 503"
                    + " and Retry-After, and serve the newest first; off: every request may wait up to --pool-timeout"),

    SLOW_QUERY(
            Group.DIAGNOSIS,
            DiagnosisConfig.DEFAULT.slowQuery(),
            "A running statement is diagnosed as slow after this time; while callers wait, after 1s at the latest"),
    DIAGNOSIS_INTERVAL(
            Group.DIAGNOSIS,
            DiagnosisConfig.DEFAULT.interval(),
            "Interval of the automatic diagnosis, and of the samples in its history; a requested one is at most 500ms old"),

    INCIDENT_WAIT(
            Group.DIAGNOSIS,
            IncidentsConfig.DEFAULT.longWait(),
            "A longer wait for a connection is recorded as an incident"),
    INCIDENTS_DIR(
            Group.DIAGNOSIS,
            "DIRECTORY",
            "Directory of incidents, or off; by default the directory incidents in --data-dir"),
    INCIDENT_RECORDING(
            Group.DIAGNOSIS,
            "Record the JVM with the Flight Recorder, about 10M of memory, and keep the recording of each incident beside"
                    + " it; the last 5, each of 32M at most"),
    ALLOW_TERMINATE_OTHERS(
            Group.DIAGNOSIS, "Operators may terminate another application's backend that blocks one of this server"),

    ADMIN_HOST(
            Group.OPERATORS,
            "ADDRESS",
            RemoteConfig.DEFAULT.host(),
            "Address of the admin listener, Jolokia and JMX; any but loopback requires --operators and --keystore"),
    ADMIN_PORT(
            Group.OPERATORS,
            "PORT",
            RemoteConfig.DEFAULT.adminPort().orElseThrow(),
            "Port of the admin listener: dashboard, metrics, pool, diagnosis; 0 for any free port, or off"),
    JOLOKIA_PORT(
            Group.OPERATORS,
            "PORT",
            RemoteConfig.DEFAULT.jolokiaPort().orElseThrow(),
            "Port of Jolokia, the MBeans over HTTP; 0 for any free port, or off"),
    JMX_PORT(
            Group.OPERATORS,
            "PORT",
            RemoteConfig.DEFAULT.jmxPort().orElseThrow(),
            "Port of remote JMX, for JConsole and similar clients; 0 for any free port, or off"),
    OPERATORS(
            Group.OPERATORS,
            "FILE",
            "./operators",
            "Operators, written by ./run.sh operator add; without them every client may read, none may change"),
    KEYSTORE(Group.OPERATORS, "FILE", "PKCS#12 or JKS file with the key and certificate for TLS on these listeners"),
    KEYSTORE_PASSWORD_FILE(Group.OPERATORS, "FILE", "File with the keystore's password"),

    INSTANCE(Group.PROCESS, "NAME", "Name of this process in pg_stat_activity; by default host-pid"),
    LOG_LEVEL(
            Group.PROCESS,
            "LOGGER=LEVEL",
            Kind.LIST,
            "For example auth.database=DEBUG, which logs every event of the pool; repeatable");

    /** A group of settings in the help and in the configuration printed at start. */
    public enum Group {
        API("API"),
        DATABASE("Database"),
        POOL("Pool"),
        DIAGNOSIS("Diagnosis"),
        OPERATORS("Operators"),
        PROCESS("Process");

        private final String title;

        Group(String title) {
            this.title = title;
        }

        public String title() {
            return title;
        }
    }

    private enum Kind {
        VALUE,
        /** The value is never printed. */
        SECRET,
        /** The flag may be repeated; the environment variable holds values separated by commas. */
        LIST,
        /** The flag without a value means true. */
        SWITCH
    }

    private final Group group;
    private final String label;
    private final String fallback;
    private final Kind kind;
    private final String meaning;

    /** A switch, which is off by default. */
    Setting(Group group, String meaning) {
        this(group, "", "false", Kind.SWITCH, meaning);
    }

    /** A value without a default. */
    Setting(Group group, String label, String meaning) {
        this(group, label, Kind.VALUE, meaning);
    }

    Setting(Group group, String label, Kind kind, String meaning) {
        this(group, label, "", kind, meaning);
    }

    Setting(Group group, String label, String fallback, String meaning) {
        this(group, label, fallback, Kind.VALUE, meaning);
    }

    Setting(Group group, String label, int fallback, String meaning) {
        this(group, label, Integer.toString(fallback), meaning);
    }

    Setting(Group group, int fallback, String meaning) {
        this(group, "N", fallback, meaning);
    }

    Setting(Group group, Duration fallback, String meaning) {
        this(group, "DURATION", DurationFormat.of(fallback), meaning);
    }

    Setting(Group group, String label, String fallback, Kind kind, String meaning) {
        this.group = group;
        this.label = label;
        this.fallback = fallback;
        this.kind = kind;
        this.meaning = meaning;
    }

    /** The name on the command line, for example {@code --max-overflow}. */
    public String flag() {
        return "--" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The name in the environment, for example {@code AUTH_MAX_OVERFLOW}. */
    public String variable() {
        return "AUTH_" + name();
    }

    public Group group() {
        return group;
    }

    /** The placeholder for the value in the help. */
    public String label() {
        return label;
    }

    /** The default value; empty if there is none or if it depends on the process. */
    public Optional<String> fallback() {
        return fallback.isEmpty() ? Optional.empty() : Optional.of(fallback);
    }

    public String meaning() {
        return meaning;
    }

    public boolean isSecret() {
        return kind == Kind.SECRET;
    }

    public boolean isList() {
        return kind == Kind.LIST;
    }

    public boolean isSwitch() {
        return kind == Kind.SWITCH;
    }

    public static Optional<Setting> ofVariable(String variable) {
        return Arrays.stream(values())
                .filter(setting -> setting.variable().equals(variable))
                .findFirst();
    }
}
