package app.rodmena.auth.remote;

import app.rodmena.auth.operators.OperatorsFile;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How operators get in.
 *
 * @param host the address the ports listen on
 * @param jolokiaPort Jolokia's, 0 for any that is free; empty: none
 * @param jmxPort remote JMX's, likewise
 * @param operators who may log in; empty: everybody is anonymous and may only read
 * @param keystore what TLS is spoken with; empty: none is
 */
public record RemoteConfig(
        String host,
        OptionalInt jolokiaPort,
        OptionalInt jmxPort,
        Optional<OperatorsFile> operators,
        Optional<Keystore> keystore) {

    public static final RemoteConfig DEFAULT = new RemoteConfig(
            "127.0.0.1", OptionalInt.of(8778), OptionalInt.of(9010), Optional.empty(), Optional.empty());

    /** @throws IllegalArgumentException for ports that others can reach without a login or without TLS */
    public RemoteConfig {
        Objects.requireNonNull(host, "host");
        Objects.requireNonNull(operators, "operators");
        Objects.requireNonNull(keystore, "keystore");
        port("jolokia_port", jolokiaPort);
        port("jmx_port", jmxPort);
        boolean isOpen = jolokiaPort.isPresent() || jmxPort.isPresent();
        if (isOpen && !isLoopback(host) && (operators.isEmpty() || keystore.isEmpty())) {
            throw new IllegalArgumentException(
                    "host: '%s' is not loopback, so there must be operators and a keystore".formatted(host));
        }
    }

    /** Neither of the ports. */
    public static RemoteConfig off() {
        return new RemoteConfig(
                DEFAULT.host, OptionalInt.empty(), OptionalInt.empty(), Optional.empty(), Optional.empty());
    }

    /** The same on other ports. */
    public RemoteConfig withPorts(OptionalInt jolokiaPort, OptionalInt jmxPort) {
        return new RemoteConfig(host, jolokiaPort, jmxPort, operators, keystore);
    }

    /** The same for those who are in that file. */
    public RemoteConfig withOperators(OperatorsFile operators) {
        return new RemoteConfig(host, jolokiaPort, jmxPort, Optional.of(operators), keystore);
    }

    /** The same with TLS. */
    public RemoteConfig withKeystore(Keystore keystore) {
        return new RemoteConfig(host, jolokiaPort, jmxPort, operators, Optional.of(keystore));
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
            throw new IllegalArgumentException("%s: %d; must be 0 to 65535".formatted(name, port.getAsInt()));
        }
    }
}
