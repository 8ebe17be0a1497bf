package app.rodmena.auth;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Which room may use which, and which library lives where. */
class ArchitectureTest {
    private static final String ROOT = "app.rodmena.auth";

    /** Every room, with the rooms below it that it may use. */
    private static final Map<String, List<String>> ROOMS = Map.ofEntries(
            entry("events", List.of()),
            entry("wire", List.of()),
            entry("operators", List.of()),
            entry("postgres", List.of()),
            entry("pool", List.of("events", "postgres")),
            entry("embedded", List.of("postgres")),
            entry("database", List.of("events", "postgres", "pool")),
            entry("rbac", List.of("events", "database")),
            entry("health", List.of("pool", "database")),
            entry("metrics", List.of("events", "pool", "database", "activity")),
            entry("queueing", List.of()),
            entry("capacity", List.of("pool", "database", "metrics", "queueing")),
            entry("recording", List.of("events", "pool", "database", "activity")),
            entry("load", List.of()),
            entry(
                    "settings",
                    List.of(
                            "",
                            "operators",
                            "postgres",
                            "pool",
                            "embedded",
                            "database",
                            "http",
                            "capacity",
                            "diagnosis",
                            "incidents")),
            entry(
                    "cli",
                    List.of(
                            "",
                            "settings",
                            "wire",
                            "operators",
                            "events",
                            "postgres",
                            "pool",
                            "embedded",
                            "database",
                            "rbac",
                            "http",
                            "jmx",
                            "queueing",
                            "capacity",
                            "load",
                            "diagnosis",
                            "incidents")),
            entry("activity", List.of("database")),
            entry("diagnosis", List.of("schema", "events", "postgres", "pool", "database", "activity", "metrics")),
            entry("incidents", List.of("schema", "events", "pool", "database", "activity", "metrics", "diagnosis")),
            entry("core", List.of("database", "metrics", "capacity", "recording", "diagnosis", "incidents")),
            entry("http", List.of("wire", "events", "database", "rbac", "health")),
            entry("mbean", List.of()),
            entry("schema", List.of()),
            entry("views", List.of("schema", "mbean", "events", "pool", "metrics", "capacity")),
            entry(
                    "jmx",
                    List.of(
                            "core",
                            "operators",
                            "schema",
                            "mbean",
                            "views",
                            "events",
                            "pool",
                            "database",
                            "metrics",
                            "capacity",
                            "activity",
                            "diagnosis",
                            "incidents")),
            entry(
                    "prometheus",
                    List.of(
                            "core",
                            "events",
                            "pool",
                            "database",
                            "metrics",
                            "capacity",
                            "activity",
                            "diagnosis",
                            "incidents")),
            entry(
                    "admin",
                    List.of(
                            "core",
                            "schema",
                            "wire",
                            "operators",
                            "views",
                            "events",
                            "pool",
                            "database",
                            "health",
                            "metrics",
                            "capacity",
                            "prometheus",
                            "diagnosis",
                            "incidents")),
            entry("remote", List.of("operators", "wire")));

    private static final Map<String, List<String>> LIBRARIES = new TreeMap<>(Map.ofEntries(
            entry("com.zaxxer.hikari..", List.of("pool")),
            entry("org.postgresql..", List.of("postgres")),
            entry("org.flywaydb..", List.of("database")),
            entry("org.jdbi..", List.of("database", "rbac", "cli")),
            entry("io.zonky..", List.of("embedded")),
            entry("io.undertow..", List.of("wire", "http", "admin", "load")),
            entry("org.xnio..", List.of("wire", "http", "admin", "load")),
            entry("com.fasterxml.jackson..", List.of("http", "wire", "incidents", "admin", "cli", "load")),
            entry("org.HdrHistogram..", List.of("load")),
            entry("jdk.jfr..", List.of("recording")),
            entry("picocli..", List.of("cli", "settings")),
            entry("javax.management..", List.of("mbean", "jmx", "remote")),
            entry("com.codahale.metrics..", List.of("metrics")),
            entry("io.micrometer..", List.of("prometheus")),
            entry("io.prometheus..", List.of("prometheus")),
            entry("org.jolokia..", List.of("remote")),
            entry("com.sun.net.httpserver..", List.of("remote")),
            entry("ch.qos.logback..", List.of("cli", "jmx"))));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    @Test
    void dependenciesPointDown() {
        ROOMS.forEach((room, below) -> {
            String[] allowed = below.stream().map(ArchitectureTest::room).toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage(room(room))
                    .should()
                    .dependOnClassesThat(resideInAPackage(ROOT + "..")
                            .and(not(resideInAPackage(room(room))))
                            .and(not(resideInAnyPackage(allowed))))
                    .check(CLASSES);
        });
    }

    @Test
    void everyRoomIsOnTheMapAndFlat() {
        assertThat(CLASSES.stream().map(JavaClass::getPackageName).distinct())
                .allSatisfy(name -> assertThat(
                                name.equals(ROOT) || ROOMS.containsKey(name.substring(ROOT.length() + 1)))
                        .as(name)
                        .isTrue());
    }

    /** The cycle check below sees only sub-packages. */
    @Test
    void theRootUsesNeitherSettingsNorCli() {
        noClasses()
                .that()
                .resideInAPackage(ROOT)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(room("settings"), room("cli"))
                .check(CLASSES);
        assertThat(CLASSES.stream()
                        .filter(type ->
                                type.isTopLevelClass() && type.getPackageName().equals(ROOT)))
                .extracting(JavaClass::getSimpleName)
                .containsExactlyInAnyOrder("AuthServer", "ServerConfig");
    }

    @Test
    void thereAreNoCyclesBetweenRooms() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void simpleNamesAreUnique() {
        Map<String, List<String>> bySimpleName = CLASSES.stream()
                .filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
                .collect(groupingBy(JavaClass::getSimpleName, mapping(JavaClass::getName, toList())));
        assertThat(bySimpleName.values()).allSatisfy(names -> assertThat(names).hasSize(1));
    }

    @Test
    void everyLibraryStaysInItsRoom() {
        LIBRARIES.forEach((library, rooms) -> {
            String[] allowed = rooms.stream().map(ArchitectureTest::room).toArray(String[]::new);
            noClasses()
                    .that(not(resideInAnyPackage(allowed)))
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(library)
                    .check(CLASSES);
        });
    }

    @Test
    void onlySettingsReadTheEnvironment() {
        noClasses()
                .that(not(resideInAPackage(room("settings"))))
                .should()
                .callMethod(System.class, "getenv")
                .orShould()
                .callMethod(System.class, "getenv", String.class)
                .check(CLASSES);
    }

    private static String room(String name) {
        return name.isEmpty() ? ROOT : ROOT + "." + name;
    }
}
