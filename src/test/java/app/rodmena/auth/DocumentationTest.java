package app.rodmena.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import app.rodmena.auth.cli.Main;
import app.rodmena.auth.cli.ProcessLifecycle;
import app.rodmena.auth.database.DatabaseFailure;
import app.rodmena.auth.diagnosis.Situation;
import app.rodmena.auth.diagnosis.Verdict;
import app.rodmena.auth.diagnosis.incident.IncidentCause;
import app.rodmena.auth.pool.event.PoolEventKind;
import app.rodmena.auth.settings.Setting;
import app.rodmena.auth.testing.Documentation;
import app.rodmena.auth.testing.Documentation.Found;
import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.testing.TestServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README and the manual agree with the program and with each other. */
class DocumentationTest {
    private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)#\\s]*)(?:#([^)\\s]+))?\\)");
    private static final Pattern HEADING = Pattern.compile("^#+ (.+)$", Pattern.MULTILINE);
    private static final Pattern COMMAND = Pattern.compile("\\./run\\.sh([^`\\n#|;]*)");
    private static final Pattern FLAG = Pattern.compile("--[a-z][a-z-]+");
    private static final Pattern FLAG_IN_TEXT = Pattern.compile("`(--[a-z][a-z-]+)[^`]*`");
    private static final Pattern VARIABLE = Pattern.compile("\\bAUTH_[A-Z][A-Z_]+");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    /** On a difference, the expected rows can be pasted into the page. */
    @Test
    void configurationListsEverySettingOfTheProgram() throws IOException {
        assertThat(String.join("\n", settings(Documentation.page("configuration"))))
                .isEqualTo(String.join(
                        "\n",
                        Arrays.stream(Setting.values())
                                .map(DocumentationTest::row)
                                .toList()));
    }

    @Test
    void otherPagesRepeatRowsOfSettingsUnchanged() throws IOException {
        List<String> rows = settings(Documentation.page("configuration"));
        for (Path page : Documentation.all()) {
            assertThat(rows).as(page.toString()).containsAll(settings(page));
        }
        assertThat(settings(Documentation.README)).hasSize(10);
    }

    private static List<String> settings(Path page) throws IOException {
        return Documentation.text(page)
                .lines()
                .filter(line -> line.startsWith("| `--"))
                .toList();
    }

    private static String row(Setting setting) {
        return "| `%s` | `%s` | %s | %s |"
                .formatted(
                        setting.flag(),
                        setting.variable(),
                        setting.fallback().map("`%s`"::formatted).orElse(""),
                        setting.meaning());
    }

    @Test
    void javaCompiles(@TempDir Path directory) throws IOException {
        List<String> sources = new ArrayList<>();
        for (String block : Documentation.blocks("java")) {
            String name = "Embedding" + sources.size();
            sources.add(Files.writeString(directory.resolve(name + ".java"), classOf(name, block))
                    .toString());
        }
        assertThat(sources).hasSizeGreaterThan(2);
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        List<String> arguments = new ArrayList<>(List.of("-proc:none", "-cp", System.getProperty("java.class.path")));
        arguments.addAll(sources);

        int code = ToolProvider.getSystemJavaCompiler().run(null, errors, errors, arguments.toArray(String[]::new));

        assertThat(code).as(errors.toString(UTF_8)).isZero();
    }

    private static String classOf(String name, String snippet) {
        Map<Boolean, String> lines = snippet.lines()
                .collect(Collectors.partitioningBy(line -> line.startsWith("import "), Collectors.joining("\n")));
        return "%s\nclass %s { void run() throws Exception {\n%s\n} }\n"
                .formatted(lines.get(true), name, lines.get(false));
    }

    @Test
    void sqlRuns() throws Exception {
        List<String> blocks = Documentation.blocks("sql");
        assertThat(blocks).isNotEmpty();
        try (Connection connection = TestPostgres.superuser();
                var statement = connection.createStatement()) {
            for (String block : blocks) {
                for (String sql : block.split(";\n", -1)) {
                    assertThatCode(() -> statement.execute(sql)).as(sql).doesNotThrowAnyException();
                }
            }
            statement.execute("alter system reset log_min_duration_statement");
            statement.execute("select pg_reload_conf()");
        }
    }

    @Test
    void commandsAndFlagsExist() throws IOException {
        Set<String> commands = Pattern.compile("(?m)^\\./run\\.sh ([a-z]+)")
                .matcher(Files.readString(Path.of("run.sh")))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toSet());
        Map<String, String> help = new HashMap<>();
        for (String command : List.of("", "capacity", "diagnose", "load")) {
            help.put(command, help(command));
        }
        int checked = 0;
        for (Found found : Documentation.find(COMMAND)) {
            String line = found.group(1).strip();
            String command = line.matches("[a-z].*") ? line.split("\\W", 2)[0] : "";
            if (!command.isEmpty()) {
                assertThat(commands).as("%s: ./run.sh %s", found.page(), line).contains(command);
            }
            for (MatchResult flag : FLAG.matcher(line).results().toList()) {
                if (help.containsKey(command)) {
                    assertThat(help.get(command))
                            .as("%s: ./run.sh %s", found.page(), line)
                            .contains(flag.group());
                    checked++;
                }
            }
        }
        for (Found flag : Documentation.find(FLAG_IN_TEXT)) {
            assertThat(help.values())
                    .as("%s: %s", flag.page(), flag.group(1))
                    .anyMatch(text -> text.contains(flag.group(1)));
            checked++;
        }
        for (Found variable : Documentation.find(VARIABLE)) {
            assertThat(Setting.ofVariable(variable.group(0)))
                    .as("%s: %s", variable.page(), variable.group(0))
                    .isPresent();
        }
        assertThat(checked).isGreaterThan(50);
    }

    private static String help(String command) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(out, true, UTF_8);
        String[] arguments =
                Stream.of(command, "--help").filter(word -> !word.isEmpty()).toArray(String[]::new);

        int code = new Main(stream, stream, new ProcessLifecycle()).run(arguments, Map.of());

        assertThat(code).as("%s --help", command).isZero();
        return out.toString(UTF_8);
    }

    /** OPTIONS of each route answers with the methods that the table names. */
    @Test
    void routesExist() throws Exception {
        try (TestServer server = TestServer.withAdmin()) {
            String api = "http://127.0.0.1:" + server.server.address().getPort();
            assertThat(assertRoutes(api, Documentation.page("api"))).isGreaterThan(15);
            assertThat(assertRoutes(api, Documentation.README)).isGreaterThan(15);
            assertThat(assertRoutes(server.admin(), Documentation.page("admin-http")))
                    .isGreaterThan(15);
        }
    }

    /** The first cell of a row: {@code `GET`, `POST /api/x`, `/api/y`}; without a method, GET. */
    private static int assertRoutes(String base, Path page) throws Exception {
        int routes = 0;
        List<String> rows = Documentation.text(page)
                .lines()
                .filter(line -> line.matches("\\| `(GET|POST|DELETE|/).*"))
                .toList();
        for (String row : rows) {
            List<String> methods = new ArrayList<>();
            for (MatchResult code :
                    CODE.matcher(row.split(" \\| ", 2)[0]).results().toList()) {
                String[] words = code.group(1).split(" ", 2);
                String path = words[words.length - 1];
                if (!words[0].startsWith("/")) {
                    methods.add(words[0]);
                }
                if (path.startsWith("/")) {
                    String known = path.replaceFirst("\\?.*", "").replaceAll("\\{\\w+}", "x");
                    assertThat(allowed(base + known))
                            .as("%s: %s", page, path)
                            .containsAll(methods.isEmpty() ? List.of("GET") : methods);
                    routes++;
                }
            }
        }
        return routes;
    }

    private static List<String> allowed(String uri) throws Exception {
        HttpRequest options = HttpRequest.newBuilder(URI.create(uri))
                .method("OPTIONS", BodyPublishers.noBody())
                .build();
        return HttpClient.newHttpClient()
                .send(options, BodyHandlers.discarding())
                .headers()
                .firstValue("Allow")
                .map(allow -> List.of(allow.split(", ")))
                .orElse(List.of());
    }

    @Test
    void namesOfTheProgramAreExplained() throws IOException {
        assertExplained("diagnosis", Situation.values());
        assertExplained("diagnosis", Verdict.values());
        assertExplained("incidents", IncidentCause.values());
        assertExplained("api", DatabaseFailure.Reason.values());
        assertThat(Documentation.text(Documentation.page("pool")))
                .contains(Arrays.stream(PoolEventKind.values())
                        .map(kind -> "`" + kind.name().toLowerCase(Locale.ROOT) + "`")
                        .toList());
    }

    private static void assertExplained(String page, Enum<?>[] names) throws IOException {
        assertThat(Documentation.text(Documentation.page(page)).lines())
                .as(page)
                .filteredOn(line -> line.startsWith("| `"))
                .extracting(line -> line.split("`", 3)[1])
                .containsAll(Arrays.stream(names).map(Enum::name).toList());
    }

    @Test
    void architectureListsEveryPackage() throws IOException {
        List<String> listed = Pattern.compile("(?m)^ {2,4}([a-z.]+)  +[A-Za-z]")
                .matcher(Documentation.text(Documentation.page("architecture")))
                .results()
                .map(match -> match.group(1))
                .toList();
        Set<String> packages = new HashSet<>();
        for (String root : List.of("src/main/java/app/rodmena/auth", "src/tools/java/app/rodmena/auth")) {
            Path sources = Path.of(root);
            try (Stream<Path> files = Files.walk(sources)) {
                files.filter(Files::isRegularFile)
                        .map(file -> sources.relativize(file.getParent()).toString())
                        .filter(name -> !name.isEmpty())
                        .forEach(name -> packages.add(name.replace('/', '.')));
            }
        }
        assertThat(listed).containsExactlyInAnyOrderElementsOf(packages);
    }

    @Test
    void linksLeadToFilesAndHeadings() throws IOException {
        List<Found> links = Documentation.find(LINK);
        assertThat(links).hasSizeGreaterThan(50);
        for (Found link : links) {
            String place = link.page() + ": " + link.group(0);
            Path target = link.group(1).isEmpty()
                    ? link.page()
                    : Path.of("")
                            .resolve(link.page())
                            .resolveSibling(link.group(1))
                            .normalize();
            assertThat(target).as(place).exists();
            if (link.group(2) != null) {
                assertThat(headings(target)).as(place).contains(link.group(2));
            }
        }
    }

    /** As GitHub links to them: {@code ## The numbers} is {@code #the-numbers}. */
    private static List<String> headings(Path page) throws IOException {
        return HEADING.matcher(Documentation.text(page))
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\w\\- ]", "")
                        .replace(' ', '-'))
                .toList();
    }

    @Test
    void everyPageHasATitleAndASummaryAndIsInTheIndex() throws IOException {
        String index = Documentation.text(Documentation.README);
        index = index.substring(index.indexOf("## Manual"));
        for (Path page : Documentation.manual()) {
            List<String> lines = Documentation.text(page).lines().limit(4).toList();
            assertThat(lines.get(0)).as(page.toString()).matches("# [A-Z].*");
            assertThat(lines.get(2)).as(page.toString()).matches("[A-Z].+");
            assertThat(index).contains("](" + page + ")");
        }
    }

    @Test
    void theReadmeIsShort() throws IOException {
        assertThat(Files.readAllLines(Documentation.README)).hasSizeLessThanOrEqualTo(200);
    }
}
