package app.rodmena.auth.jconsole;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.jconsole.PoolReading.Holder;
import app.rodmena.auth.testing.LiveServer;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.awt.Component;
import java.awt.Container;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import javax.swing.JLabel;
import javax.swing.JTable;
import javax.swing.JTextArea;
import org.junit.jupiter.api.Test;

/** The JConsole tab with the data of a server over remote JMX. */
class PoolPanelTest {
    private final PoolPanel panel = new PoolPanel();

    @Test
    void theTabShowsAnExhaustedPool() throws Throwable {
        try (LiveServer server = LiveServer.start();
                JMXConnector connector = connect(server.jmx())) {
            MBeanServerConnection beans = connector.getMBeanServerConnection();
            await().untilAsserted(() -> {
                panel.show(PoolReading.of(beans).orElseThrow());
                assertThat(numbers()).matches("0 of 10 connections in use, \\d idle, 0 beyond pool_size \\(5\\)");
            });

            server.whileExhausted(() -> panel.show(onceDiagnosed(beans)));

            assertThat(numbers())
                    .matches("10 of 10 connections in use, 0 idle, 5 beyond pool_size \\(5\\);"
                            + " 4 waiting, the oldest for \\d+[.,]\\d s");
            assertThat(find(panel, JTextArea.class).getText())
                    .contains("10 of 10 connections in use", "lock on auth_group");
            JTable table = find(panel, JTable.class);
            assertThat(table.getRowCount()).isEqualTo(10);
            assertThat(row(table, 0))
                    .contains("LOCK_WAIT", "POST /api/role/{role}")
                    .anyMatch(cell -> cell.startsWith("/* roles.create */ "));
            assertThat(coloursOf(panel))
                    .containsAll(Series.ALL.stream()
                            .map(series -> series.color().getRGB())
                            .toList());
        }
    }

    @Test
    void theLongestUseComesFirst() throws Throwable {
        try (LiveServer server = LiveServer.start()) {
            server.whileExhausted(() -> assertThat(onceDiagnosed(ManagementFactory.getPlatformMBeanServer())
                            .holders())
                    .isSortedAccordingTo(
                            Comparator.comparingLong(Holder::heldMillis).reversed()));
        }
    }

    @Test
    void aJvmWithoutPoolIsReported() throws Exception {
        assertThat(PoolReading.of(ManagementFactory.getPlatformMBeanServer())).isEmpty();
    }

    @Test
    void thePluginIsRegisteredAsAService() throws IOException {
        Path services = Path.of("jmx-dashboards/jconsole-plugin/resources/META-INF/services");

        assertThat(Files.readString(services.resolve("com.sun.tools.jconsole.JConsolePlugin")))
                .isEqualToIgnoringNewLines(AuthPoolPlugin.class.getName());
        assertThat(new AuthPoolPlugin().getTabs()).containsOnlyKeys("Auth pool");
    }

    @Test
    void thePluginUsesTheJdkOnly() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..", "javax..", "com.sun.tools.jconsole..", AuthPoolPlugin.class.getPackageName())
                .check(new ClassFileImporter().importPath(Path.of("target", "jconsole-plugin")));
    }

    @SuppressWarnings("BanJNDI") // It is what JConsole does, and the registry is our own
    private static JMXConnector connect(String address) throws IOException {
        return JMXConnectorFactory.connect(
                new JMXServiceURL("service:jmx:rmi:///jndi/rmi://%s/jmxrmi".formatted(address)));
    }

    /** A diagnosis is up to three seconds old. */
    private static PoolReading onceDiagnosed(MBeanServerConnection beans) {
        return await().until(
                        () -> PoolReading.of(beans).orElseThrow(),
                        reading -> reading.holders().stream()
                                                .filter(holder ->
                                                        holder.verdict().equals("LOCK_WAIT"))
                                                .count()
                                        == 10
                                && reading.diagnosis().contains("lock on auth_group"));
    }

    private String numbers() {
        return find(panel, JLabel.class).getText();
    }

    private static List<String> row(JTable table, int row) {
        List<String> cells = new ArrayList<>();
        for (int column = 0; column < table.getColumnCount(); column++) {
            cells.add(String.valueOf(table.getValueAt(row, column)));
        }
        return cells;
    }

    private static List<Integer> coloursOf(PoolPanel panel) {
        panel.setSize(900, 600);
        layOut(panel);
        BufferedImage image = new BufferedImage(900, 600, BufferedImage.TYPE_INT_ARGB);
        panel.paint(image.getGraphics());
        return Arrays.stream(image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth()))
                .distinct()
                .boxed()
                .toList();
    }

    private static void layOut(Container container) {
        container.doLayout();
        for (Component component : container.getComponents()) {
            if (component instanceof Container inner) {
                layOut(inner);
            }
        }
    }

    private static <T extends Component> T find(Container within, Class<T> type) {
        return all(within).filter(type::isInstance).map(type::cast).findFirst().orElseThrow();
    }

    private static Stream<Component> all(Container within) {
        return Arrays.stream(within.getComponents())
                .flatMap(component -> component instanceof Container inner
                        ? Stream.concat(Stream.of(component), all(inner))
                        : Stream.of(component));
    }
}
