package app.rodmena.auth.remote;

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

/** What nobody may do over remote JMX, tried with the highest role there is. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AttacksOnJmxTest {
    private TestRemote remote;
    private JMXConnector connector;
    private MBeanServerConnection beans;

    /** One thing to try. */
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
        ObjectName ours = new ObjectName(TestRemote.BEAN);
        String[] string = {String.class.getName()};
        return Stream.of(
                attack("diagnostic options", on -> on.getAttribute(diagnostic, "DiagnosticOptions")),
                attack(
                        "diagnostic command",
                        on -> on.invoke(commands, "vmSystemProperties", new Object[0], new String[0])),
                attack(
                        "heap dump",
                        on -> on.invoke(diagnostic, "dumpHeap", new Object[] {"/tmp/x.hprof", true}, new String[] {
                            "java.lang.String", "boolean"
                        })),
                attack(
                        "a flag of the JVM",
                        on -> on.invoke(diagnostic, "setVMOption", new Object[] {"HeapDumpPath", "/tmp"}, new String[] {
                            "java.lang.String", "java.lang.String"
                        })),
                attack(
                        "level of java.util.logging",
                        on -> on.invoke(logging, "setLoggerLevel", new Object[] {"", "ALL"}, new String[] {
                            "java.lang.String", "java.lang.String"
                        })),
                attack("flight recording", on -> on.invoke(recorder, "newRecording", null, null)),
                attack("garbage collection", on -> on.invoke(memory, "gc", null, null)),
                attack("verbose", on -> {
                    on.setAttribute(memory, new Attribute("Verbose", true));
                    return null;
                }),
                attack("login of the pool", on -> {
                    on.setAttribute(pool, new Attribute("Username", "postgres"));
                    return null;
                }),
                attack(
                        "login of the pool in a list",
                        on -> on.setAttributes(pool, new AttributeList(List.of(new Attribute("Password", "x"))))),
                attack("password of the pool", on -> on.getAttribute(pool, "Password")),
                attack("a new bean", on -> on.createMBean(MLet.class.getName(), loader)),
                attack(
                        "a new bean with arguments",
                        on -> on.createMBean(
                                "javax.management.monitor.StringMonitor", loader, new Object[] {"x"}, string)),
                attack("end of a bean", on -> {
                    on.unregisterMBean(ours);
                    return null;
                }),
                attack("a bean as listener", on -> {
                    on.addNotificationListener(ours, memory, null, null);
                    return null;
                }),
                attack("look at a hidden bean", on -> on.getMBeanInfo(commands)),
                attack("instance of a hidden bean", on -> on.getObjectInstance(commands)),
                attack("an object that acts when it is read", on -> {
                    on.setAttribute(ours, new Attribute("Degrees", new BadAttributeValueExpException("x")));
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
    void everyDenialIsToldWithOperatorAndAddress() throws Exception {
        ObjectName pool = new ObjectName("com.zaxxer.hikari:type=PoolConfig,name=auth");
        assertThatThrownBy(() -> beans.getAttribute(pool, "Password")).isInstanceOf(SecurityException.class);

        assertThat(remote.audit()).contains("alice (control) from 127.0.0.1 was denied to read Password of " + pool);
    }

    @Test
    void whatCanNotBeReadIsNotShown() throws Exception {
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
    void noQueryGuessesAtWhatCanNotBeRead() throws Exception {
        ObjectName runtime = new ObjectName("java.lang:type=Runtime");

        assertThat(beans.queryNames(runtime, Query.match(Query.attr("VmName"), Query.value("*"))))
                .containsExactly(runtime);
        assertThat(beans.queryNames(runtime, Query.match(Query.attr("ClassPath"), Query.value("*classes*"))))
                .isEmpty();
    }
}
