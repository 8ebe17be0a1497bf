package app.rodmena.auth.postgres;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A parsed database URL, {@code postgresql://user:password@host:port/database?sslmode=…} or
 * {@code jdbc:postgresql://host:port/database?user=…}.
 *
 * <p>Defaults are those of libpq: host localhost, port 5432, the operating system's user, and a database with the name
 * of the user. Without {@code sslmode}, a URL gets {@code require} if one of its hosts is not a loopback host,
 * otherwise {@code prefer}. Immutable; {@link #toString} does not show the password.
 *
 * @param hosts one or more, tried in this order
 * @param password the password in the URL; {@link Secret#NONE} if it has none
 * @param passwordSource where every login reads the password, instead of {@code password}
 * @param parameters all other parameters, with pgjdbc's names, TLS included
 */
public record DatabaseUrl(
        List<Host> hosts,
        String database,
        String user,
        Secret password,
        Optional<PasswordSource> passwordSource,
        Map<String, String> parameters) {
    private static final int DEFAULT_PORT = 5432;

    private static final Pattern LIBPQ = Pattern.compile(
            "(?:postgresql|postgres)://(?:(?<login>[^@/]*)@)?(?<servers>[^/?]*)(?:/(?<database>[^?]*))?(?:\\?(?<query>.*))?");
    private static final Pattern PGJDBC =
            Pattern.compile("jdbc:postgresql://(?<servers>[^/?]*)(?:/(?<database>[^?]*))?(?:\\?(?<query>.*))?");
    private static final Pattern SERVER =
            Pattern.compile("(?<host>\\[[0-9A-Fa-f:.]+(?:%\\w+)?]|[A-Za-z0-9._-]*)(?::(?<port>[^:]*))?");

    private static final String ENCODING_HINT =
            "characters such as @ / ? & % in a user name or password must be percent-encoded (@ is %40, / is %2F)";

    /**
     * A database server.
     *
     * @param name a host name or an IP address; an IPv6 address in brackets
     * @param port 1 to 65535
     */
    public record Host(String name, int port) {
        public Host {
            Objects.requireNonNull(name, "name");
            if (!isValid(port)) {
                throw new IllegalArgumentException("port: %s; must be 1 to 65535".formatted(port));
            }
        }

        private static boolean isValid(int port) {
            return port >= 1 && port <= 65_535;
        }

        /** Whether the name is localhost or a loopback address; it is not resolved. */
        public boolean isLoopback() {
            return name.equalsIgnoreCase("localhost")
                    || name.matches("127(\\.\\d{1,3}){3}")
                    || name.matches("\\[(0{1,4}:){7}0{0,3}1]|\\[::1]");
        }

        @Override
        public String toString() {
            return name + ":" + port;
        }
    }

    public DatabaseUrl {
        hosts = List.copyOf(hosts);
        if (hosts.isEmpty()) {
            throw new IllegalArgumentException("has no host");
        }
        Objects.requireNonNull(database, "database");
        Objects.requireNonNull(user, "user");
        Objects.requireNonNull(password, "password");
        Objects.requireNonNull(passwordSource, "passwordSource");
        parameters = withTls(hosts, parameters);
    }

    /**
     * Parses a URL of either form as libpq and pgjdbc do.
     *
     * @throws IllegalArgumentException if the URL is invalid. The message is one line and quotes nothing that could be
     *     part of a password: parts of one with an unencoded slash or at sign can appear anywhere in the URL
     */
    public static DatabaseUrl parse(String text) {
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw invalid("contains a line break or another control character");
        }
        Matcher libpq = LIBPQ.matcher(text);
        if (libpq.matches()) {
            return libpq(libpq);
        }
        Matcher pgjdbc = PGJDBC.matcher(text);
        if (pgjdbc.matches()) {
            return pgjdbc(pgjdbc);
        }
        throw invalid("must be postgresql://user:password@host:port/database or jdbc:postgresql://host:port/database");
    }

    public DatabaseUrl withPassword(Secret password) {
        return new DatabaseUrl(hosts, database, user, password, Optional.empty(), parameters);
    }

    /** A copy with a password file, which every login reads. */
    public DatabaseUrl withPasswordFile(Path file) {
        return withPasswordFrom(new PasswordSource.File(file));
    }

    /** A copy with a source of the password, which every login reads. */
    public DatabaseUrl withPasswordFrom(PasswordSource source) {
        return new DatabaseUrl(hosts, database, user, Secret.NONE, Optional.of(source), parameters);
    }

    public DatabaseTarget target() {
        return new DatabaseTarget(jdbcUrl(), user, password, passwordSource);
    }

    /** A shell command that connects psql to the first host. It contains no password. */
    public String psqlCommand() {
        Host host = hosts.get(0);
        return "psql -h %s -p %s -U %s -d %s"
                .formatted(
                        shellWord(host.name().replaceAll("[\\[\\]]", "")),
                        host.port(),
                        shellWord(user),
                        shellWord(database));
    }

    /** A word of a shell command, quoted if necessary. */
    public static String shellWord(String text) {
        return text.matches("[A-Za-z0-9_.:/@+-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }

    /** The URL without the password, for messages. */
    @Override
    public String toString() {
        return "postgresql://%s%s@%s/%s?%s"
                .formatted(encode(user), password.isPresent() ? ":****" : "", servers(), encode(database), query());
    }

    private String jdbcUrl() {
        return "jdbc:postgresql://%s/%s?%s".formatted(servers(), encode(database), query());
    }

    private String servers() {
        return hosts.stream().map(Host::toString).collect(Collectors.joining(","));
    }

    private String query() {
        return parameters.entrySet().stream()
                .map(parameter -> parameter.getKey() + "=" + encode(parameter.getValue()))
                .collect(Collectors.joining("&"));
    }

    /** Encodes a space as %20, which both pgjdbc and libpq decode; only pgjdbc decodes a plus as a space. */
    private static String encode(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }

    private static Map<String, String> withTls(List<Host> hosts, Map<String, String> parameters) {
        Map<String, String> parametersWithTls = new LinkedHashMap<>();
        if (!parameters.containsKey("sslmode")) {
            parametersWithTls.put("sslmode", hosts.stream().allMatch(Host::isLoopback) ? "prefer" : "require");
        }
        parametersWithTls.putAll(parameters);
        return Collections.unmodifiableMap(parametersWithTls);
    }

    private static DatabaseUrl libpq(Matcher url) {
        String database = part(url, "database");
        String query = part(url, "query");
        if (url.group("servers").contains("@") || database.contains("@") || query.contains("@")) {
            throw invalid("has an unexpected @; " + ENCODING_HINT);
        }
        String[] login = part(url, "login").split(":", 2);
        Map<String, String> parameters = parseParameters(query, PercentCodec.LIBPQ);
        put(parameters, "user", PercentCodec.LIBPQ.decode(login[0]));
        put(parameters, "password", PercentCodec.LIBPQ.decode(login.length > 1 ? login[1] : ""));
        put(parameters, "dbname", PercentCodec.LIBPQ.decode(database));
        return compose(PercentCodec.LIBPQ.decode(url.group("servers")), parameters, true);
    }

    private static DatabaseUrl pgjdbc(Matcher url) {
        String database = part(url, "database");
        String query = part(url, "query");
        if (url.group("servers").contains("@") || database.contains("@")) {
            throw invalid("has a user before an @, which is invalid in a jdbc: URL; write ?user=...&password=..., or"
                    + " postgresql://user:password@host");
        }
        Map<String, String> parameters = parseParameters(query, PercentCodec.PGJDBC);
        boolean mayQuote = !query.contains("@") && !parameters.containsKey("password");
        put(parameters, "dbname", PercentCodec.PGJDBC.decode(database));
        return compose(url.group("servers"), parameters, mayQuote);
    }

    private static DatabaseUrl compose(String authority, Map<String, String> parameters, boolean mayQuote) {
        String hosts = take(parameters, "host").orElse("");
        String ports = take(parameters, "port").orElse("");
        if (!authority.isEmpty() && !(hosts.isEmpty() && ports.isEmpty())) {
            throw invalid("has two hosts, before and after the question mark");
        }
        List<Host> servers = authority.isEmpty() ? parseServers(hosts, ports) : parseServers(authority);
        String user = take(parameters, "user").orElseGet(DatabaseUrl::userOfThisProcess);
        Secret password = take(parameters, "password").map(Secret::of).orElse(Secret.NONE);
        String database = take(parameters, "dbname").orElse(user);
        if (database.contains("/")) {
            // pgjdbc would refuse it too; usually it is part of a password
            throw invalid("has an unexpected /; " + ENCODING_HINT);
        }
        return new DatabaseUrl(
                servers, database, user, password, Optional.empty(), UrlParameter.translate(parameters, mayQuote));
    }

    private static List<Host> parseServers(String authority) {
        List<Host> servers = new ArrayList<>();
        for (String server : authority.split(",", -1)) {
            Matcher matcher = SERVER.matcher(server);
            if (!matcher.matches()) {
                throw invalid("has an invalid host; it must be a name, an address or an IPv6 address in brackets"
                        + " (Unix sockets are not supported); " + ENCODING_HINT);
            }
            servers.add(new Host(
                    matcher.group("host").isEmpty() ? "localhost" : matcher.group("host"),
                    parsePort(matcher.group("port"))));
        }
        return servers;
    }

    /** libpq's other form, {@code ?host=a,b&port=1,2}; a single port applies to all hosts. */
    private static List<Host> parseServers(String hosts, String ports) {
        String[] names = hosts.split(",", -1);
        String[] numbers = ports.split(",", -1);
        if (numbers.length != 1 && numbers.length != names.length) {
            throw invalid("has %s hosts but %s ports".formatted(names.length, numbers.length));
        }
        StringBuilder authority = new StringBuilder();
        for (int i = 0; i < names.length; i++) {
            String name = names[i].contains(":") && !names[i].startsWith("[") ? "[" + names[i] + "]" : names[i];
            String number = numbers[numbers.length == 1 ? 0 : i];
            authority.append(i == 0 ? "" : ",").append(name).append(number.isEmpty() ? "" : ":" + number);
        }
        return parseServers(authority.toString());
    }

    /** The JDK returns "?" for a user without an entry in /etc/passwd. */
    private static String userOfThisProcess() {
        String user = System.getProperty("user.name");
        if (user.equals("?")) {
            throw invalid("has no user, and the user of this process has no name; write postgresql://user@host");
        }
        return user;
    }

    private static int parsePort(String digits) {
        if (digits == null || digits.isEmpty()) {
            return DEFAULT_PORT;
        }
        int port = digits.matches("\\d{1,5}") ? Integer.parseInt(digits) : 0;
        if (!Host.isValid(port)) {
            throw invalid("has an invalid port (not shown: it could be part of a password); it must be 1 to 65535; "
                    + ENCODING_HINT);
        }
        return port;
    }

    private static Map<String, String> parseParameters(String query, PercentCodec code) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String pair : query.split("&", -1)) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            if (equals < 0) {
                throw invalid("has a parameter without a value (not shown: it could be part of a password); "
                        + ENCODING_HINT);
            }
            put(parameters, code.decode(pair.substring(0, equals)), code.decode(pair.substring(equals + 1)));
        }
        return parameters;
    }

    private static void put(Map<String, String> parameters, String name, String value) {
        if (!value.isEmpty() && parameters.put(name, value) != null) {
            throw invalid("has a duplicate parameter, user, password or database");
        }
    }

    private static Optional<String> take(Map<String, String> parameters, String name) {
        return Optional.ofNullable(parameters.remove(name));
    }

    private static String part(Matcher url, String group) {
        return Optional.ofNullable(url.group(group)).orElse("");
    }

    private static IllegalArgumentException invalid(String what) {
        return new IllegalArgumentException(what);
    }

    /** The two variants of percent-encoding: a plus is a plus in libpq's URLs, and a space in pgjdbc's. */
    private enum PercentCodec {
        LIBPQ,
        PGJDBC;

        private static final Pattern INVALID = Pattern.compile("%(?![0-9A-Fa-f]{2})|%00");

        /** @throws IllegalArgumentException if the encoding is invalid; the message quotes no part of the text */
        String decode(String text) {
            if (INVALID.matcher(text).find()) {
                throw invalid("has a % that is not followed by two hexadecimal digits (a % itself is written %25)");
            }
            // ISO 8859-1 keeps the bytes, and the decoder of UTF-8 reports those that are invalid.
            String bytes = new String(text.getBytes(UTF_8), ISO_8859_1);
            String decoded = URLDecoder.decode(this == LIBPQ ? bytes.replace("+", "%2B") : bytes, ISO_8859_1);
            try {
                return UTF_8.newDecoder()
                        .decode(ByteBuffer.wrap(decoded.getBytes(ISO_8859_1)))
                        .toString();
            } catch (CharacterCodingException e) {
                throw invalid("has percent-encoded bytes that are not UTF-8");
            }
        }
    }
}
