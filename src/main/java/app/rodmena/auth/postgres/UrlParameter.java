package app.rodmena.auth.postgres;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.postgresql.PGProperty;

/** Translates the parameters of a database URL, with libpq's or pgjdbc's names, to pgjdbc's properties. Stateless. */
final class UrlParameter {
    private static final String SERVER_SETTING = "is a setting of this server, not of the URL; leave it out and use ";

    private static final List<String> SSL_MODES =
            List.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full");

    /** pgjdbc's name by the name in the URL. */
    private static final Map<String, String> RENAMED = Map.of(
            "channel_binding", "channelBinding",
            "gssencmode", "gssEncMode",
            "keepalives", "tcpKeepAlive",
            "krbsrvname", "kerberosServerName",
            "load_balance_hosts", "loadBalanceHosts",
            "require_auth", "requireAuth",
            "ssl", "sslmode",
            "sslnegotiation", "sslNegotiation",
            "target_session_attrs", "targetServerType");

    /** pgjdbc's value by the value in the URL, for parameters whose values differ too. */
    private static final Map<String, Map<String, String>> TRANSLATED_VALUES = Map.of(
            "keepalives", Map.of("1", "true", "0", "false"),
            // pgjdbc treats ssl=false as prefer, which is not what users expect
            "ssl", Map.of("true", "verify-full", "false", "disable"),
            "load_balance_hosts", Map.of("random", "true", "disable", "false"),
            // Checks and writes need a primary, so the values of libpq and pgjdbc for standbys are not allowed.
            "target_session_attrs", Map.of("any", "primary", "read-write", "primary", "primary", "primary"),
            "targetServerType",
                    Map.of("any", "primary", "primary", "primary", "master", "primary", "preferPrimary", "primary"));

    private static final Map<String, String> NOT_ALLOWED = Map.ofEntries(
            Map.entry("application_name", SERVER_SETTING + "--instance"),
            Map.entry("fallback_application_name", SERVER_SETTING + "--instance"),
            Map.entry("ApplicationName", SERVER_SETTING + "--instance"),
            Map.entry("assumeMinServerVersion", "would prevent application_name on connections; leave it out"),
            Map.entry("connect_timeout", SERVER_SETTING + "--connect-timeout"),
            Map.entry("connectTimeout", SERVER_SETTING + "--connect-timeout"),
            Map.entry("loginTimeout", SERVER_SETTING + "--connect-timeout"),
            Map.entry("queryTimeout", SERVER_SETTING + "--statement-timeout"),
            Map.entry("socketTimeout", SERVER_SETTING + "--socket-timeout"),
            Map.entry("loggerFile", SERVER_SETTING + "--log-level"),
            Map.entry("loggerLevel", SERVER_SETTING + "--log-level"),
            Map.entry("readOnly", "would prevent writes; leave it out"),
            Map.entry("replication", "is not for queries; leave it out"),
            Map.entry("passfile", "is not supported; use --database-password-file"),
            Map.entry("service", "is not supported; write host, port and database"),
            Map.entry("hostaddr", "is not supported; write the address as the host"),
            Map.entry("sslpassword", "would be visible in process lists; use a key file without a passphrase"),
            Map.entry("PGHOST", "belongs before the question mark"),
            Map.entry("PGPORT", "belongs before the question mark"),
            Map.entry("PGDBNAME", "belongs before the question mark"));

    private UrlParameter() {}

    /**
     * Translates the parameters to pgjdbc's.
     *
     * @param urlParameters the parameters in the URL, decoded
     * @param mayQuote whether errors may quote names and values; false if they could be parts of a password
     * @throws IllegalArgumentException if a parameter is unknown or not allowed
     */
    static Map<String, String> translate(Map<String, String> urlParameters, boolean mayQuote) {
        Map<String, String> translated = new LinkedHashMap<>();
        urlParameters.forEach((name, value) -> {
            String property = property(name, mayQuote);
            if (translated.putIfAbsent(property, value(name, value, mayQuote)) != null) {
                throw new IllegalArgumentException("has parameter '%s' twice, with two names".formatted(property));
            }
        });
        if ("system".equals(translated.get("sslrootcert"))) {
            useSystemTrust(translated);
        }
        return translated;
    }

    private static String property(String name, boolean mayQuote) {
        if (NOT_ALLOWED.containsKey(name)) {
            throw new IllegalArgumentException("parameter '%s' %s".formatted(name, NOT_ALLOWED.get(name)));
        }
        String property = RENAMED.getOrDefault(name, name);
        if (PGProperty.forName(property) == null) {
            throw new IllegalArgumentException(
                    mayQuote && name.matches("[A-Za-z][A-Za-z0-9_]{0,40}")
                            ? "parameter '%s' is unknown; it must be one of libpq or pgjdbc".formatted(name)
                            : "has an unknown parameter (not shown: it could be part of a password, in which"
                                    + " & must be written %26 and ? %3F)");
        }
        return property;
    }

    private static String value(String name, String value, boolean mayQuote) {
        if (name.equals("sslmode") && !SSL_MODES.contains(value)) {
            throw invalidValue(name, value, SSL_MODES, mayQuote);
        }
        Map<String, String> values = TRANSLATED_VALUES.get(name);
        if (values == null) {
            return value;
        }
        if (!values.containsKey(value)) {
            throw invalidValue(name, value, values.keySet().stream().sorted().toList(), mayQuote);
        }
        return values.get(value);
    }

    private static IllegalArgumentException invalidValue(
            String name, String value, List<String> allowed, boolean mayQuote) {
        return new IllegalArgumentException("parameter '%s'%s must be %s"
                .formatted(
                        name,
                        mayQuote && value.matches("[\\w-]{0,40}") ? " is '%s';".formatted(value) : "",
                        String.join(", ", allowed)));
    }

    /** libpq's sslrootcert=system: the certificate authorities that the Java runtime trusts. */
    private static void useSystemTrust(Map<String, String> parameters) {
        if (!parameters.getOrDefault("sslmode", "verify-full").equals("verify-full")) {
            throw new IllegalArgumentException(
                    "parameter 'sslrootcert' is 'system', which requires sslmode=verify-full");
        }
        parameters.remove("sslrootcert");
        parameters.put("sslmode", "verify-full");
        parameters.put("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory");
    }
}
