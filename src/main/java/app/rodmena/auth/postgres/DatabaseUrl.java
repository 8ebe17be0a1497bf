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
 * A database as people write it, {@code postgresql://user:password@host:port/database?sslmode=…} or
 * {@code jdbc:postgresql://host:port/database?user=…}, taken apart.
 *
 * <p>What is left out is as in libpq: host localhost, port 5432, the operating system's user, a database named like the
 * user. TLS is not left to chance: without an {@code sslmode} of its own a URL gets {@code require} as soon as one of
 * its hosts is not this machine, and {@code prefer} otherwise. Immutable and thread-safe; never shows the password.
 *
 * @param hosts at least one, tried in this order
 * @param database its name
 * @param user the role to log in as
 * @param password as in the URL; {@link Secret#NONE} if it has none
 * @param passwordFile a file with the password, which every login reads; see {@link #withPasswordFile}
 * @param parameters everything else, under pgjdbc's names, TLS included
 */
public record DatabaseUrl(
        List<Host> hosts,
        String database,
        String user,
        Secret password,
        Optional<Path> passwordFile,
        Map<String, String> parameters) {

    /**
     * One server.
     *
     * @param name a name or an address, an IPv6 address in brackets
     * @param port 1 to 65535
     */
    public record Host(String name, int port) {
        public Host {
            Objects.requireNonNull(name, "name");
        }

        /** Whether that is this machine, by the looks of its name: nothing is resolved. */
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
            throw new IllegalArgumentException("names no host");
        }
        Objects.requireNonNull(database, "database");
        Objects.requireNonNull(user, "user");
        Objects.requireNonNull(password, "password");
        Objects.requireNonNull(passwordFile, "passwordFile");
        parameters = withTls(hosts, parameters);
    }

    /**
     * Reads a URL of either form.
     *
     * @throws IllegalArgumentException saying in one line what is wrong, and never what could be a piece of a password
     */
    public static DatabaseUrl parse(String text) {
        return DatabaseUrlParser.parse(text);
    }

    /** The same database, with this password. */
    public DatabaseUrl withPassword(Secret password) {
        return new DatabaseUrl(hosts, database, user, password, Optional.empty(), parameters);
    }

    /** The same database, with the password that is in {@code file} at the time of each login. */
    public DatabaseUrl withPasswordFile(Path file) {
        return new DatabaseUrl(hosts, database, user, Secret.NONE, Optional.of(file.toAbsolutePath()), parameters);
    }

    /** What connections are made from. */
    public DatabaseTarget target() {
        return new DatabaseTarget(jdbcUrl(), user, password, passwordFile);
    }

    /** The database in one line for people, without the password. */
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

    /** Both pgjdbc and libpq read %20 as a space; only pgjdbc reads a plus as one. */
    private static String encode(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }

    private static Map<String, String> withTls(List<Host> hosts, Map<String, String> parameters) {
        Map<String, String> all = new LinkedHashMap<>();
        if (!parameters.containsKey("sslmode")) {
            all.put("sslmode", hosts.stream().allMatch(Host::isLoopback) ? "prefer" : "require");
        }
        all.putAll(parameters);
        return Collections.unmodifiableMap(all);
    }
}
