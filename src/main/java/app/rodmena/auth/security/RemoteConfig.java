package app.rodmena.auth.security;

import app.rodmena.auth.common.InvalidSettingException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The configuration of the operator ports: admin listener, Jolokia and remote JMX. Immutable.
 *
 * @param host the address that the ports listen on
 * @param adminPort port of the admin listener, 0 for any free one; empty to disable it
 * @param jolokiaPort port of Jolokia, 0 for any free one; empty to disable it
 * @param jmxPort port of remote JMX, 0 for any free one; empty to disable it
 * @param operators the operators that may log in; empty: every client is anonymous and may only read
 * @param keystore the key and certificate for TLS; empty: no TLS
 */
public record RemoteConfig(
        String host,
        OptionalInt adminPort,
        OptionalInt jolokiaPort,
        OptionalInt jmxPort,
        Optional<OperatorsFile> operators,
        Optional<Keystore> keystore) {

    public static final RemoteConfig DEFAULT = new RemoteConfig(
            "127.0.0.1",
            OptionalInt.of(4001),
            OptionalInt.of(8778),
            OptionalInt.of(9010),
            Optional.empty(),
            Optional.empty());

    /**
     * Validates all values.
     *
     * @throws InvalidSettingException if the host or a port is invalid, or the host is not loopback and operators or
     *     TLS are missing
     */
    public RemoteConfig {
        Objects.requireNonNull(host, "host");
        Objects.requireNonNull(operators, "operators");
        Objects.requireNonNull(keystore, "keystore");
        require(host.matches("[A-Za-z0-9._:%-]+"), host, "must be a name or an address");
        port("admin_port", adminPort);
        port("jolokia_port", jolokiaPort);
        port("jmx_port", jmxPort);
        boolean anyPortOpen = adminPort.isPresent() || jolokiaPort.isPresent() || jmxPort.isPresent();
        if (anyPortOpen && !isLoopback(host)) {
            require(
                    operators.isPresent(),
                    host,
                    "must be a loopback address without operators:"
                            + " ./run.sh operator add NAME --role monitor|control adds one");
            require(keystore.isPresent(), host, "must be a loopback address without TLS: set --keystore");
        }
    }

    private static void require(boolean valid, String host, String rule) {
        InvalidSettingException.require(valid, "admin_host", host, rule);
    }

    /** A configuration with all ports disabled. */
    public static RemoteConfig off() {
        return DEFAULT.withPorts(OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty());
    }

    public RemoteConfig withPorts(OptionalInt adminPort, OptionalInt jolokiaPort, OptionalInt jmxPort) {
        return new RemoteConfig(host, adminPort, jolokiaPort, jmxPort, operators, keystore);
    }

    public RemoteConfig withOperators(OperatorsFile operators) {
        return new RemoteConfig(host, adminPort, jolokiaPort, jmxPort, Optional.of(operators), keystore);
    }

    public RemoteConfig withKeystore(Keystore keystore) {
        return new RemoteConfig(host, adminPort, jolokiaPort, jmxPort, operators, Optional.of(keystore));
    }

    /** Creates the login service of these operators, whose file must be readable and valid. */
    public Operators openOperators() throws OperatorsException {
        return operators.isPresent() ? Operators.of(operators.get()) : Operators.anonymous();
    }

    /** The check of requests to these ports. */
    public OriginCheck originCheck() {
        Set<String> names = new HashSet<>(keystore.map(Keystore::names).orElse(Set.of()));
        names.add(host);
        return new OriginCheck(names);
    }

    /** Whether a host name resolves to a loopback address; false if it does not resolve. */
    public static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static void port(String name, OptionalInt port) {
        port.ifPresent(number -> InvalidSettingException.requireRange(name, number, 0, 65_535));
    }
}
