package app.rodmena.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.cli.Main;
import app.rodmena.auth.cli.ProcessLifecycle;
import app.rodmena.auth.testing.AuthProcess;
import app.rodmena.auth.testing.ListeningSockets;
import app.rodmena.auth.testing.TestPostgres;
import com.sun.tools.attach.VirtualMachine;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The doors for operators, of the process as a shell starts it. */
class OperatorsProcessTest {
    private static final Pattern API = Pattern.compile("Listening +http://(127.0.0.1:\\d+)\n");
    private static final Pattern ADMIN = Pattern.compile("Admin +http://(127.0.0.1:\\d+)\n");
    private static final Pattern JOLOKIA = Pattern.compile("Jolokia +http://(127.0.0.1:\\d+)/jolokia\n");
    private static final Pattern JMX = Pattern.compile("JMX +(127.0.0.1:\\d+) ");

    @TempDir
    Path directory;

    @Test
    void itListensWhereItSaysAndNowhereElseAndCanBeAttachedTo() throws Exception {
        String url = TestPostgres.freshDatabase().jdbcUrl() + "?user=postgres";
        try (AuthProcess process = AuthProcess.start(
                        directory, AuthProcess.ALL_LISTENERS, "--port=0", "--database-url=" + url)
                .awaitStart()) {
            assertThat(ListeningSockets.of(process.pid()))
                    .containsExactlyInAnyOrder(
                            printed(process, API),
                            printed(process, ADMIN),
                            printed(process, JOLOKIA),
                            printed(process, JMX));

            VirtualMachine machine = VirtualMachine.attach(Long.toString(process.pid()));
            try (JMXConnector local = connect(machine.startLocalManagementAgent())) {
                assertThat(local.getMBeanServerConnection()
                                .getAttribute(new ObjectName("java.lang:type=Runtime"), "Pid"))
                        .isEqualTo(process.pid());
            } finally {
                machine.detach();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "--admin-host=0.0.0.0, ./run.sh operator add NAME --role monitor|control adds one",
        "--operators=none, ./run.sh operator add NAME --role monitor|control",
        "--operators=readable, chmod 600",
        "--admin-host=0.0.0.0 --operators=private, --keystore",
        "--keystore=private, --keystore-password-file",
        "--keystore=private --keystore-password-file=private, invalid keystore",
        "--keystore-password-file=private, must go with --keystore",
        "--api-keystore=private, --api-keystore-password-file",
        "--api-keystore=private --api-keystore-password-file=private, invalid keystore",
        "--api-keystore-password-file=private, must go with --api-keystore",
        "--jmx-port=x, must be 0 to 65535",
        "--jolokia-port=70000, must be 0 to 65535"
    })
    void aDoorThatAnybodyCouldUseIsExitCodeTwoAndSaysWhatToDo(String flags, String advice) throws Exception {
        for (String name : new String[] {"readable", "private"}) {
            Path file = Files.createFile(directory.resolve(name));
            Files.setPosixFilePermissions(
                    file, PosixFilePermissions.fromString(name.equals("private") ? "rw-------" : "rw-r--r--"));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Main main =
                new Main(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), new ProcessLifecycle());

        int code = main.run(
                flags.replaceAll("=(none|readable|private)", "=" + directory + "/$1")
                        .split(" ", -1),
                Map.of());

        assertThat(code).isEqualTo(2);
        assertThat(err.toString(UTF_8)).startsWith("auth: ").contains(advice).hasLineCount(1);
        assertThat(out.toString(UTF_8)).isEmpty();
    }

    private static String printed(AuthProcess process, Pattern pattern) {
        Matcher matcher = pattern.matcher(process.out());
        assertThat(matcher.find()).as(process.out()).isTrue();
        return matcher.group(1);
    }

    @SuppressWarnings("BanJNDI") // The address is of the JVM itself
    private static JMXConnector connect(String address) throws Exception {
        return JMXConnectorFactory.connect(new JMXServiceURL(address));
    }
}
