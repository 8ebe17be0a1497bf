package app.rodmena.auth.boards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.boards.BoardFiles.Found;
import app.rodmena.auth.testing.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The configuration of collectd, run by collectd. */
class CollectdTest extends OnLiveServer {
    private static final Path FILE = BoardFiles.file("collectd/auth.conf");
    private static final Pattern URL_OR_KEY = Pattern.compile("/jolokia/read/([^/]+)/([^\"]+)\"|<Key \"value/(.+)\">");
    private static final Pattern INSTANCE = Pattern.compile("^      Instance \"(.+)\"");

    @TempDir
    Path directory;

    @Test
    void everyAttributeInItExists() throws Exception {
        String bean = "";
        String attribute = "";
        for (Found found : BoardFiles.find(FILE, URL_OR_KEY)) {
            if (found.group(1) != null) {
                bean = found.group(1);
                attribute = found.group(2);
            } else if (attribute.contains(",")) {
                assertThat(attribute.split(",")).contains(found.group(3));
                Beans.assertAttribute(found.place(), bean, found.group(3));
            } else {
                Beans.assertAttribute(found.place(), bean, attribute + "/" + found.group(3));
            }
        }
    }

    @Test
    void collectdReadsEveryValue() throws Exception {
        String collectd = Program.installed("/usr/sbin/collectd", "collectd-core libyajl2");
        List<String> instances = BoardFiles.find(FILE, INSTANCE).stream()
                .map(found -> found.group(1))
                .toList();
        Path ours = Files.writeString(directory.resolve("auth.conf"), server.configured(FILE));
        Path all = Files.writeString(directory.resolve("collectd.conf"), """
                Hostname "here"
                Interval 1
                BaseDir "%s"
                TypesDB "/usr/share/collectd/types.db"
                LoadPlugin logfile
                <Plugin logfile>
                  File STDOUT
                </Plugin>
                LoadPlugin csv
                <Plugin csv>
                  DataDir "stdout"
                </Plugin>
                Include "%s"
                """.formatted(directory, ours));
        List<String> command = List.of(
                collectd,
                "-f",
                "-C",
                all.toString(),
                "-P",
                directory.resolve("pid").toString());
        try (Program program = Program.start(directory, Map.of(), command)) {
            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                for (String instance : instances) {
                    assertThat(program.output()).containsPattern("curl_json-auth/\\w+-" + instance + " ");
                }
            });
            assertThat(program.output())
                    .contains("gauge-pool_size interval=1.000")
                    .doesNotContain("error");
        }
    }
}
