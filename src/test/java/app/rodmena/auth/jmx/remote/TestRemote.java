package app.rodmena.auth.jmx.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.security.OperatorRole;
import app.rodmena.auth.security.Operators;
import app.rodmena.auth.security.OperatorsFile;
import app.rodmena.auth.security.RemoteConfig;
import app.rodmena.auth.testing.TestOperators;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.slf4j.LoggerFactory;

/** Jolokia and remote JMX on free ports, a test bean, and the lines of the audit log. */
final class TestRemote implements AutoCloseable {
    static final String CONTROL = "alice";
    static final String MONITOR = "bob";
    static final String BEAN = "app.rodmena.auth:type=Thermostat,name=test";

    private static final MBeanServer BEANS = ManagementFactory.getPlatformMBeanServer();

    final JolokiaAgent jolokia;
    final RemoteJmx jmx;
    private final Operators operators;
    final ObjectName bean;
    final Thermostat thermostat;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Logger audit = (Logger) LoggerFactory.getLogger("auth.audit");
    private final ListAppender<ILoggingEvent> auditAppender = new ListAppender<>();

    private TestRemote(RemoteConfig config) throws Exception {
        operators = config.openOperators();
        RemoteConfig onFreePorts = config.withPorts(OptionalInt.empty(), OptionalInt.of(0), OptionalInt.of(0));
        jolokia = JolokiaAgent.start(onFreePorts, operators).orElseThrow();
        jmx = RemoteJmx.start(onFreePorts, operators).orElseThrow();
        bean = new ObjectName(BEAN);
        thermostat = new Thermostat(bean);
        BEANS.registerMBean(thermostat, bean);
        auditAppender.start();
        audit.addAppender(auditAppender);
    }

    /** Without operators. */
    static TestRemote anonymous() throws Exception {
        return new TestRemote(RemoteConfig.DEFAULT);
    }

    /** With an operator of each role, whose password is {@link #password}. */
    static TestRemote withOperators(Path directory) throws Exception {
        return new TestRemote(RemoteConfig.DEFAULT.withOperators(operators(directory)));
    }

    static TestRemote of(RemoteConfig config) throws Exception {
        return new TestRemote(config);
    }

    static OperatorsFile operators(Path directory) throws Exception {
        TestOperators.add(directory, CONTROL, OperatorRole.CONTROL, password(CONTROL));
        return TestOperators.add(directory, MONITOR, OperatorRole.MONITOR, password(MONITOR));
    }

    static String password(String name) {
        return "the password of " + name;
    }

    /** The lines of the audit log since the start. */
    List<String> audit() {
        return List.copyOf(auditAppender.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    int jolokiaPort() {
        return jolokia.address().getPort();
    }

    int jmxPort() {
        return jmx.address().getPort();
    }

    URI jolokia(String path) {
        return URI.create("http://127.0.0.1:" + jolokiaPort() + "/jolokia" + path);
    }

    HttpResponse<String> get(String operator, String path) throws IOException, InterruptedException {
        return send(request(operator, path).GET());
    }

    HttpResponse<String> post(String operator, String json) throws IOException, InterruptedException {
        return send(request(operator, "").POST(BodyPublishers.ofString(json)));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    /** @param operator the operator to log in as; null for no login */
    HttpRequest.Builder request(String operator, String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(jolokia(path)).timeout(Duration.ofSeconds(20));
        return operator == null ? request : request.header("Authorization", basic(operator, password(operator)));
    }

    static String basic(String name, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((name + ":" + password).getBytes(UTF_8));
    }

    /** Connects as a console does that is given {@code host:port}. */
    JMXConnector jmx(String operator) throws IOException {
        return jmx(operator, operator == null ? "" : password(operator));
    }

    @SuppressWarnings("BanJNDI") // Consoles do this, too, and the registry is our own
    JMXConnector jmx(String operator, String password) throws IOException {
        JMXServiceURL url = new JMXServiceURL("service:jmx:rmi:///jndi/rmi://127.0.0.1:%d/jmxrmi".formatted(jmxPort()));
        Map<String, ?> login =
                operator == null ? Map.of() : Map.of(JMXConnector.CREDENTIALS, new String[] {operator, password});
        return JMXConnectorFactory.connect(url, login);
    }

    @Override
    public void close() throws JMException, IOException {
        audit.detachAppender(auditAppender);
        BEANS.unregisterMBean(bean);
        jmx.close();
        jolokia.close();
        operators.close();
    }
}
