package app.rodmena.auth.jmx.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.BadAttributeValueExpException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.Query;
import javax.management.loading.MLet;
import javax.management.remote.JMXConnector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Attacks over remote JMX with the role control; all must be denied. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JmxSecurityTest {
    private TestRemote remote;
    private JMXConnector connector;
    private MBeanServerConnection beans;

    /** One attack. */
    private interface Attack {
        Object on(MBeanServerConnection beans) throws Exception;
    }

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        remote = TestRemote.withOperators(directory);
        PoolLogin.register();
        connector = remote.jmx(TestRemote.CONTROL);
        beans = connector.getMBeanServerConnection();
    }

    @AfterAll
    void stop() throws Exception {
        connector.close();
        PoolLogin.unregister();
        remote.close();
    }

    static Stream<Arguments> attacks() throws Exception {
        ObjectName commands = new ObjectName("com.sun.management:type=DiagnosticCommand");
        ObjectName diagnostic = new ObjectName("com.sun.management:type=HotSpotDiagnostic");
        ObjectName logging = new ObjectName("java.util.logging:type=Logging");
        ObjectName recorder = new ObjectName("jdk.management.jfr:type=FlightRecorder");
        ObjectName memory = new ObjectName("java.lang:type=Memory");
        ObjectName pool = new ObjectName("com.zaxxer.hikari:type=PoolConfig,name=auth");
        ObjectName loader = new ObjectName("app.rodmena.auth:type=MLet");
        ObjectName ownBean = new ObjectName(TestRemote.BEAN);
        String[] string = {String.class.getName()};
        return Stream.of(
                attack("diagnostic options", connection -> connection.getAttribute(diagnostic, "DiagnosticOptions")),
                attack(
                        "diagnostic command",
                        connection -> connection.invoke(commands, "vmSystemProperties", new Object[0], new String[0])),
                attack(
                        "heap dump",
                        connection -> connection.invoke(
                                diagnostic, "dumpHeap", new Object[] {"/tmp/x.hprof", true}, new String[] {
                                    "java.lang.String", "boolean"
                                })),
                attack(
                        "a flag of the JVM",
                        connection -> connection.invoke(
                                diagnostic, "setVMOption", new Object[] {"HeapDumpPath", "/tmp"}, new String[] {
                                    "java.lang.String", "java.lang.String"
                                })),
                attack(
                        "level of java.util.logging",
                        connection ->
                                connection.invoke(logging, "setLoggerLevel", new Object[] {"", "ALL"}, new String[] {
                                    "java.lang.String", "java.lang.String"
                                })),
                attack("flight recording", connection -> connection.invoke(recorder, "newRecording", null, null)),
                attack("garbage collection", connection -> connection.invoke(memory, "gc", null, null)),
                attack("verbose", connection -> {
                    connection.setAttribute(memory, new Attribute("Verbose", true));
                    return null;
                }),
                attack("login of the pool", connection -> {
                    connection.setAttribute(pool, new Attribute("Username", "postgres"));
                    return null;
                }),
                attack(
                        "login of the pool in a list",
                        connection -> connection.setAttributes(
                                pool, new AttributeList(List.of(new Attribute("Password", "x"))))),
                attack("password of the pool", connection -> connection.getAttribute(pool, "Password")),
                attack("a new bean", connection -> connection.createMBean(MLet.class.getName(), loader)),
                attack(
                        "a new bean with arguments",
                        connection -> connection.createMBean(
                                "javax.management.monitor.StringMonitor", loader, new Object[] {"x"}, string)),
                attack("end of a bean", connection -> {
                    connection.unregisterMBean(ownBean);
                    return null;
                }),
                attack("a bean as listener", connection -> {
                    connection.addNotificationListener(ownBean, memory, null, null);
                    return null;
                }),
                attack("look at a hidden bean", connection -> connection.getMBeanInfo(commands)),
                attack("instance of a hidden bean", connection -> connection.getObjectInstance(commands)),
                attack("an object that acts when it is read", connection -> {
                    connection.setAttribute(ownBean, new Attribute("Degrees", new BadAttributeValueExpException("x")));
                    return null;
                }));
    }

    private static Arguments attack(String name, Attack attack) {
        return Arguments.of(name, attack);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("attacks")
    void isDenied(String name, Attack attack) {
        assertThatThrownBy(() -> attack.on(beans))
                .satisfiesAnyOf(
                        failure -> assertThat(failure).isInstanceOf(SecurityException.class),
                        failure -> assertThat(failure)
                                .hasStackTraceContaining("java.io.InvalidClassException: filter status: REJECTED"));
    }

    @Test
    void denialsAreAuditedWithOperatorAndAddress() throws Exception {
        ObjectName pool = new ObjectName("com.zaxxer.hikari:type=PoolConfig,name=auth");
        assertThatThrownBy(() -> beans.getAttribute(pool, "Password")).isInstanceOf(SecurityException.class);

        assertThat(remote.audit()).contains("alice (control) from 127.0.0.1 was denied to read Password of " + pool);
    }

    @Test
    void unreadableBeansAndAttributesAreHidden() throws Exception {
        assertThat(Stream.of(beans.getMBeanInfo(new ObjectName("java.lang:type=Runtime"))
                        .getAttributes()))
                .extracting(attribute -> attribute.getName())
                .contains("Uptime", "VmName")
                .doesNotContain("SystemProperties", "InputArguments");
        assertThat(beans.queryNames(null, null))
                .extracting(ObjectName::getDomain)
                .contains("java.lang", "app.rodmena.auth")
                .doesNotContain("com.sun.management", "jdk.management.jfr");
        assertThat(beans.getDomains()).doesNotContain("com.sun.management");
        assertThat(beans.isRegistered(new ObjectName("com.sun.management:type=DiagnosticCommand")))
                .isFalse();
    }

    @Test
    void queriesCannotTestUnreadableValues() throws Exception {
        ObjectName runtime = new ObjectName("java.lang:type=Runtime");

        assertThat(beans.queryNames(runtime, Query.match(Query.attr("VmName"), Query.value("*"))))
                .containsExactly(runtime);
        assertThat(beans.queryNames(runtime, Query.match(Query.attr("ClassPath"), Query.value("*classes*"))))
                .isEmpty();
    }
}
