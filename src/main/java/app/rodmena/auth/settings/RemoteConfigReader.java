package app.rodmena.auth.settings;

import app.rodmena.auth.security.Keystore;
import app.rodmena.auth.security.OperatorsException;
import app.rodmena.auth.security.OperatorsFile;
import app.rodmena.auth.security.RemoteConfig;
import java.util.Optional;
import java.util.OptionalInt;

/** Converts the operator settings into a {@link RemoteConfig}, and refuses listeners without access control. */
final class RemoteConfigReader {
    private static final int MAX_PORT = 65_535;

    private final ResolvedSettings settings;

    RemoteConfigReader(ResolvedSettings settings) {
        this.settings = settings;
    }

    /** @throws UsageException for an invalid value, or for a non-loopback address without operators or without TLS */
    RemoteConfig read() {
        SettingValue host = settings.get(Setting.ADMIN_HOST);
        if (!host.text().matches("[A-Za-z0-9._:%-]+")) {
            throw host.refuse("must be a name or an address");
        }
        OptionalInt adminPort = port(Setting.ADMIN_PORT);
        OptionalInt jolokiaPort = port(Setting.JOLOKIA_PORT);
        OptionalInt jmxPort = port(Setting.JMX_PORT);
        Optional<OperatorsFile> operators = operators();
        Optional<Keystore> keystore = KeystoreReader.read(settings, Setting.KEYSTORE, Setting.KEYSTORE_PASSWORD_FILE);
        boolean isOpen = adminPort.isPresent() || jolokiaPort.isPresent() || jmxPort.isPresent();
        if (isOpen && !RemoteConfig.isLoopback(host.text())) {
            if (operators.isEmpty()) {
                throw host.refuse("must be a loopback address without operators:"
                        + " ./run.sh operator add NAME --role monitor|control adds one");
            }
            if (keystore.isEmpty()) {
                throw host.refuse("must be a loopback address without TLS: set --keystore");
            }
        }
        return new RemoteConfig(host.text(), adminPort, jolokiaPort, jmxPort, operators, keystore);
    }

    private OptionalInt port(Setting setting) {
        SettingValue port = settings.get(setting);
        return port.text().equals("off") ? OptionalInt.empty() : OptionalInt.of(port.integer(0, MAX_PORT));
    }

    /** Reads the operators file. A configured file must exist; the default file may be absent. */
    private Optional<OperatorsFile> operators() {
        SettingValue given = settings.get(Setting.OPERATORS);
        OperatorsFile file = new OperatorsFile(given.path());
        if (given.isDefault() && !file.exists()) {
            return Optional.empty();
        }
        try {
            file.check();
            return Optional.of(file);
        } catch (OperatorsException e) {
            throw new UsageException(given.name() + ": " + e.getMessage());
        }
    }
}
