package app.rodmena.auth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.http.ListenerAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StartupBannerTest {
    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, http://127.0.0.1:4000/api/roles",
        "0.0.0.0, http://127.0.0.1:4000/api/roles",
        "::1, http://[0:0:0:0:0:0:0:1]:4000/api/roles",
        "::, http://127.0.0.1:4000/api/roles",
        "10.1.2.3, http://10.1.2.3:4000/api/roles"
    })
    void thePrintedCommandsUseTheListenersAddress(String host, String url) throws UnknownHostException {
        String base = "http://" + ListenerAddress.forClient(new InetSocketAddress(InetAddress.getByName(host), 4000));

        assertThat(StartupBanner.started(
                        base, "somewhere", Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()))
                .contains("curl " + url + " \\");
    }

    @ParameterizedTest
    @CsvSource({
        "'', mixed mode, ''",
        "AOT cache, 'mixed mode, sharing', ', with the AOT cache'",
        "AOT cache, mixed mode, ', without the AOT cache, which does not fit'",
        "none, 'mixed mode, sharing', ', without an archive of classes'"
    })
    void theFirstLineReportsAnUnusedArchive(String archive, String vmInfo, String report) {
        assertThat(StartupBanner.archive(archive, vmInfo)).startsWith(report);
        assertThat(StartupBanner.archive(archive, vmInfo).isEmpty()).isEqualTo(archive.isEmpty());
    }

    @Test
    void thePsqlCommandIsPrintedForAnEmbeddedDatabase() {
        String url = "https://127.0.0.1:4000";

        assertThat(StartupBanner.started(
                        url, "somewhere", Optional.of("psql x"), Optional.empty(), Optional.empty(), Optional.empty()))
                .contains("\n           psql x\n");
        assertThat(StartupBanner.started(
                        url, "somewhere", Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()))
                .doesNotContain("psql");
    }
}
