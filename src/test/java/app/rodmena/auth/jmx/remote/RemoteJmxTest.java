package app.rodmena.auth.jmx.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.security.Operators;
import app.rodmena.auth.security.OperatorsFile;
import app.rodmena.auth.security.RemoteConfig;
import app.rodmena.auth.testing.ListeningSockets;
import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.RuntimeMXBean;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.rmi.registry.LocateRegistry;
import java.rmi.registry.Registry;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import javax.management.Attribute;
import javax.management.InstanceNotFoundException;
import javax.management.MBeanServerConnection;
import javax.management.Notification;
import javax.management.ObjectName;
import javax.management.openmbean.TabularData;
import javax.management.remote.JMXConnector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RemoteJmxTest {
    @TempDir
    Path directory;

    @Test
    void withoutOperatorsLocalClientsMayOnlyRead() throws Exception {
        try (TestRemote remote = TestRemote.anonymous();
                JMXConnector connector = remote.jmx(null)) {
            MBeanServerConnection beans = connector.getMBeanServerConnection();

            assertThat(beans.getAttribute(remote.bean, "Degrees")).isEqualTo(20);
            assertThatThrownBy(() -> beans.setAttribute(remote.bean, new Attribute("Degrees", 30)))
                    .isInstanceOf(SecurityException.class);
            assertThatThrownBy(() -> beans.invoke(remote.bean, "reset", null, null))
                    .isInstanceOf(SecurityException.class);
            assertThat(remote.audit())
                    .containsExactly(
                            "anonymous (monitor) from 127.0.0.1 was denied to set Degrees of " + remote.bean,
                            "anonymous (monitor) from 127.0.0.1 was denied to invoke reset of " + remote.bean);
        }
    }

    @Test
    void hiddenRuntimeAttributesAreEmptyForConsoles() throws Exception {
        try (TestRemote remote = TestRemote.anonymous();
                JMXConnector connector = remote.jmx(null)) {
            RuntimeMXBean runtime = ManagementFactory.newPlatformMXBeanProxy(
                    connector.getMBeanServerConnection(), ManagementFactory.RUNTIME_MXBEAN_NAME, RuntimeMXBean.class);

            assertThat(runtime.getSystemProperties())
                    .containsOnlyKeys("java.vm.name", "java.vm.vendor", "java.vm.version")
                    .containsValue(runtime.getVmVersion());
            assertThat(runtime.getInputArguments()).isEmpty();
            assertThat(runtime.getClassPath()).isEmpty();
            assertThat(runtime.getLibraryPath()).isEmpty();
            assertThat(runtime.getUptime()).isPositive();
            List<Attribute> read = connector
                    .getMBeanServerConnection()
                    .getAttributes(
                            runtime.getObjectName(), new String[] {"VmName", "InputArguments", "SystemProperties"})
                    .asList();
            assertThat(read.get(0).getValue()).isEqualTo(runtime.getVmName());
            assertThat((String[]) read.get(1).getValue()).isEmpty();
            assertThat(((TabularData) read.get(2).getValue()).size()).isEqualTo(3);
            assertThatThrownBy(() -> ManagementFactory.newPlatformMXBeanProxy(
                            connector.getMBeanServerConnection(),
                            "com.sun.management:type=HotSpotDiagnostic",
                            HotSpotDiagnosticMXBean.class))
                    .hasCauseInstanceOf(InstanceNotFoundException.class);
            assertThat(remote.audit()).isEmpty();
        }
    }

    @Test
    void everyClientMayReadThreads() throws Exception {
        try (TestRemote remote = TestRemote.withOperators(directory);
                JMXConnector connector = remote.jmx(TestRemote.MONITOR)) {
            ThreadMXBean threads = ManagementFactory.newPlatformMXBeanProxy(
                    connector.getMBeanServerConnection(), ManagementFactory.THREAD_MXBEAN_NAME, ThreadMXBean.class);

            assertThat(threads.getThreadInfo(threads.getAllThreadIds(), 10)).isNotEmpty();
            assertThat(threads.getThreadInfo(Thread.currentThread().getId()).getThreadName())
                    .isEqualTo(Thread.currentThread().getName());
            assertThatThrownBy(threads::resetPeakThreadCount).isInstanceOf(SecurityException.class);
        }
    }

    @Test
    void controlMayWriteAndInvokeAndIsAudited() throws Exception {
        try (TestRemote remote = TestRemote.withOperators(directory);
                JMXConnector connector = remote.jmx(TestRemote.CONTROL)) {
            MBeanServerConnection beans = connector.getMBeanServerConnection();
            beans.setAttribute(remote.bean, new Attribute("Degrees", 30));

            assertThat(beans.getAttribute(remote.bean, "Degrees")).isEqualTo(30);
            assertThat(beans.invoke(remote.bean, "reset", null, null)).isEqualTo(20);
            assertThatThrownBy(() -> beans.invoke(remote.bean, "defrost", null, null))
                    .hasRootCauseMessage("no heating");
            assertThat(remote.audit())
                    .containsExactly(
                            "alice (control) from 127.0.0.1 logged in",
                            "alice (control) from 127.0.0.1 set Degrees of %s from 20 to 30".formatted(remote.bean),
                            "alice (control) from 127.0.0.1 invoked reset of %s with []".formatted(remote.bean),
                            "alice (control) from 127.0.0.1 invoked defrost of %s with [], which failed: no heating"
                                    .formatted(remote.bean));
        }
    }

    @Test
    void monitorMayOnlyRead() throws Exception {
        try (TestRemote remote = TestRemote.withOperators(directory);
                JMXConnector connector = remote.jmx(TestRemote.MONITOR)) {
            MBeanServerConnection beans = connector.getMBeanServerConnection();

            assertThat(beans.getAttribute(remote.bean, "Degrees")).isEqualTo(20);
            assertThatThrownBy(() -> beans.setAttribute(remote.bean, new Attribute("Degrees", 30)))
                    .isInstanceOf(SecurityException.class);
            assertThatThrownBy(() -> beans.invoke(remote.bean, "reset", null, null))
                    .isInstanceOf(SecurityException.class);
            assertThat(remote.thermostat.getDegrees()).isEqualTo(20);
        }
    }

    @Test
    void aLoginRequiresTheCorrectPassword() throws Exception {
        try (TestRemote remote = TestRemote.withOperators(directory)) {
            assertThatThrownBy(() -> remote.jmx(null)).isInstanceOf(SecurityException.class);
            assertThatThrownBy(() -> remote.jmx("trudy", "wrong")).isInstanceOf(SecurityException.class);
            assertThat(remote.audit())
                    .contains("Client 127.0.0.1 was denied to log in as 'trudy': wrong name or password");
        }
    }

    @Test
    void aRemovedOperatorLosesOpenConnections() throws Exception {
        try (TestRemote remote = TestRemote.withOperators(directory);
                JMXConnector connector = remote.jmx(TestRemote.MONITOR)) {
            MBeanServerConnection beans = connector.getMBeanServerConnection();
            beans.getAttribute(remote.bean, "Degrees");
            new OperatorsFile(directory.resolve("operators")).remove(TestRemote.MONITOR);

            await().untilAsserted(() -> assertThatThrownBy(() -> beans.getAttribute(remote.bean, "Degrees"))
                    .isInstanceOf(SecurityException.class));
        }
    }

    @Test
    void notificationsArrive() throws Exception {
        List<Notification> notifications = new CopyOnWriteArrayList<>();
        try (TestRemote remote = TestRemote.withOperators(directory);
                JMXConnector connector = remote.jmx(TestRemote.MONITOR)) {
            connector
                    .getMBeanServerConnection()
                    .addNotificationListener(
                            remote.bean, (notification, nothing) -> notifications.add(notification), null, null);
            remote.thermostat.reset();

            await().until(() -> !notifications.isEmpty());
            assertThat(notifications.get(0).getMessage()).isEqualTo("reset to 20");
        }
    }

    @Test
    void registryAndServerShareOneLoopbackPort() throws Exception {
        List<String> before = ListeningSockets.ofThisProcess();
        try (TestRemote remote = TestRemote.withOperators(directory);
                JMXConnector connector = remote.jmx(TestRemote.MONITOR)) {
            connector.getMBeanServerConnection().getMBeanCount();

            assertThat(ListeningSockets.since(before))
                    .containsExactlyInAnyOrder("127.0.0.1:" + remote.jmxPort(), "127.0.0.1:" + remote.jolokiaPort());
        }
        await().untilAsserted(() -> assertThat(ListeningSockets.since(before)).isEmpty());
    }

    @Test
    void localProcessesCannotRebindTheRegistry() throws Exception {
        try (TestRemote remote = TestRemote.anonymous()) {
            Registry registry = LocateRegistry.getRegistry("127.0.0.1", remote.jmxPort());

            assertThat(registry.list()).containsExactly("jmxrmi");
            assertThatThrownBy(() -> registry.rebind("jmxrmi", registry)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> registry.bind("other", registry)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> registry.unbind("jmxrmi")).isInstanceOf(IOException.class);
            remote.jmx(null).close();
        }
    }

    @Test
    void silentConnectionsDelayNoOther() throws Exception {
        try (TestRemote remote = TestRemote.anonymous()) {
            List<Socket> silent = IntStream.range(0, 200)
                    .mapToObj(i -> connect(remote.jmxPort()))
                    .toList();
            try (JMXConnector connector = remote.jmx(null)) {
                assertThat(connector.getMBeanServerConnection().getMBeanCount()).isPositive();
            } finally {
                for (Socket socket : silent) {
                    socket.close();
                }
            }
        }
    }

    @Test
    void twoServersInOneJvmDoNotCollide() throws Exception {
        RemoteConfig onFreePorts =
                RemoteConfig.DEFAULT.withPorts(OptionalInt.empty(), OptionalInt.of(0), OptionalInt.of(0));
        try (TestRemote remote = TestRemote.anonymous();
                Operators operators = Operators.anonymous();
                JolokiaAgent jolokia =
                        JolokiaAgent.start(onFreePorts, operators).orElseThrow();
                RemoteJmx jmx = RemoteJmx.start(onFreePorts, operators).orElseThrow()) {
            assertThat(jmx.address()).isNotEqualTo(remote.jmx.address());
            assertThat(jolokia.address()).isNotEqualTo(remote.jolokia.address());
        }
        assertThat(ManagementFactory.getPlatformMBeanServer().queryNames(new ObjectName("jolokia:*"), null))
                .isEmpty();
    }

    private static Socket connect(int port) {
        try {
            Socket socket = new Socket();
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return socket;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
