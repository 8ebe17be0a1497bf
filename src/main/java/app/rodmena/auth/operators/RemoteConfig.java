package app.rodmena.auth.operators;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * How operators get in, through whichever door.
 *
 * @param host the address the ports listen on
 * @param adminPort the admin listener's, 0 for any that is free; empty: none
 * @param jolokiaPort Jolokia's, likewise
 * @param jmxPort remote JMX's, likewise
 * @param operators who may log in; empty: everybody is anonymous and may only read
 * @param keystore what TLS is spoken with; empty: none is
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

    /** @throws IllegalArgumentException for ports that others can reach without a login or without TLS */
    public RemoteConfig {
        Objects.requireNonNull(host, "host");
        Objects.requireNonNull(operators, "operators");
        Objects.requireNonNull(keystore, "keystore");
        port("admin_port", adminPort);
        port("jolokia_port", jolokiaPort);
        port("jmx_port", jmxPort);
        boolean isOpen = adminPort.isPresent() || jolokiaPort.isPresent() || jmxPort.isPresent();
        if (isOpen && !isLoopback(host) && (operators.isEmpty() || keystore.isEmpty())) {
            throw new IllegalArgumentException(
                    "host: '%s' is not loopback, so there must be operators and a keystore".formatted(host));
        }
    }

    /** None of the ports. */
    public static RemoteConfig off() {
        return new RemoteConfig(
                DEFAULT.host,
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** The same on other ports. */
    public RemoteConfig withPorts(OptionalInt adminPort, OptionalInt jolokiaPort, OptionalInt jmxPort) {
        return new RemoteConfig(host, adminPort, jolokiaPort, jmxPort, operators, keystore);
    }

    /** The same for those who are in that file. */
    public RemoteConfig withOperators(OperatorsFile operators) {
        return new RemoteConfig(host, adminPort, jolokiaPort, jmxPort, Optional.of(operators), keystore);
    }

    /** The same with TLS. */
    public RemoteConfig withKeystore(Keystore keystore) {
        return new RemoteConfig(host, adminPort, jolokiaPort, jmxPort, operators, Optional.of(keystore));
    }

    /**
     * Those who may log in.
     *
     * @throws OperatorsException if the file can't be used as it is
     */
    public Operators openOperators() throws OperatorsException {
        return operators.isPresent() ? Operators.of(operators.get()) : Operators.anonymous();
    }

    /** The names that requests to these ports may call this server by. */
    public HostNames hostNames() {
        Set<String> names = new HashSet<>(keystore.map(Keystore::names).orElse(Set.of()));
        names.add(host);
        return new HostNames(names);
    }

    /** Whether only this machine can reach it; false for a name nobody knows. */
    public static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static void port(String name, OptionalInt port) {
        if (port.isPresent() && (port.getAsInt() < 0 || port.getAsInt() > 65_535)) {
            throw new IllegalArgumentException("%s: %s; must be 0 to 65535".formatted(name, port.getAsInt()));
        }
    }
}
