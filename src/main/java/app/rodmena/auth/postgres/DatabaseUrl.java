package app.rodmena.auth.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
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
 * @param user the role to log in as
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

    /**
     * A database server.
     *
     * @param name a host name or an IP address; an IPv6 address in brackets
     * @param port 1 to 65535
     */
    public record Host(String name, int port) {
        public Host {
            Objects.requireNonNull(name, "name");
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
     * Parses a URL of either form.
     *
     * @throws IllegalArgumentException if the URL is invalid; the message is one line and quotes no part of a password
     */
    public static DatabaseUrl parse(String text) {
        return DatabaseUrlParser.parse(text);
    }

    /** A copy with another password. */
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

    /** The target for a {@link Connector}. */
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
}
