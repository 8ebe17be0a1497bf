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
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Which package may use which, and which library is used where. Every permission in these lists is used, so that the
 * lists describe the code.
 */
class ArchitectureTest {
    private static final String ROOT = "app.rodmena.auth";

    /** Every package may use it, so that the lists leave it out. */
    private static final String COMMON = qualified("common");

    /** Every package below the root, with the packages that it may use. */
    private static final Map<String, List<String>> PACKAGES = Map.ofEntries(
            entry("common", List.of()),
            entry("http", List.of("security")),
            entry("schema", List.of()),
            entry("jmx.mapping", List.of("schema")),
            entry("pool.event", List.of("schema")),
            entry("postgres", List.of()),
            entry("security", List.of()),
            entry("jmx.remote", List.of("http", "security")),
            entry("pool", List.of("schema", "pool.event", "postgres")),
            entry("postgres.embedded", List.of("postgres")),
            entry("database", List.of("pool.event", "postgres", "pool")),
            entry("database.activity", List.of("schema", "postgres", "database")),
            entry("metrics.health", List.of("schema", "pool", "database")),
            entry("rbac", List.of("pool.event", "database")),
            entry("api", List.of("http", "pool.event", "database", "metrics.health", "rbac", "security")),
            entry("metrics", List.of("schema", "pool.event", "pool", "database", "database.activity")),
            entry(
                    "metrics.jfr",
                    List.of(
                            "schema",
                            "pool.event",
                            "pool",
                            "database",
                            "database.activity",
                            "diagnosis",
                            "diagnosis.incident")),
            entry("capacity", List.of("schema", "pool", "database", "database.activity", "metrics")),
            entry(
                    "diagnosis",
                    List.of("schema", "pool.event", "postgres", "pool", "database", "database.activity", "metrics")),
            entry("diagnosis.history", List.of("schema", "pool", "database.activity", "metrics", "diagnosis")),
            entry(
                    "diagnosis.incident",
                    List.of(
                            "schema",
                            "pool.event",
                            "pool",
                            "database",
                            "database.activity",
                            "metrics",
                            "diagnosis",
                            "diagnosis.history")),
            entry(
                    "core",
                    List.of(
                            "database",
                            "metrics",
                            "metrics.jfr",
                            "capacity",
                            "diagnosis",
                            "diagnosis.history",
                            "diagnosis.incident")),
            entry(
                    "settings",
                    List.of(
                            "",
                            "postgres",
                            "security",
                            "pool",
                            "postgres.embedded",
                            "database",
                            "api",
                            "capacity",
                            "diagnosis",
                            "diagnosis.incident")),
            entry(
                    "jmx",
                    List.of(
                            "schema",
                            "jmx.mapping",
                            "pool.event",
                            "security",
                            "pool",
                            "database",
                            "database.activity",
                            "metrics",
                            "capacity",
                            "diagnosis",
                            "diagnosis.history",
                            "diagnosis.incident",
                            "core")),
            entry(
                    "metrics.prometheus",
                    List.of(
                            "schema",
                            "pool.event",
                            "pool",
                            "database",
                            "database.activity",
                            "metrics",
                            "capacity",
                            "diagnosis",
                            "diagnosis.incident",
                            "core")),
            entry(
                    "admin",
                    List.of(
                            "http",
                            "schema",
                            "pool.event",
                            "security",
                            "pool",
                            "database",
                            "metrics.health",
                            "metrics",
                            "capacity",
                            "diagnosis",
                            "diagnosis.history",
                            "diagnosis.incident",
                            "core",
                            "metrics.prometheus")),
            entry(
                    "cli",
                    List.of(
                            "",
                            "http",
                            "postgres",
                            "security",
                            "pool",
                            "postgres.embedded",
                            "api",
                            "capacity",
                            "diagnosis",
                            "diagnosis.incident",
                            "settings",
                            "jmx")),
            entry(
                    "tools.demo",
                    List.of(
                            "",
                            "pool.event",
                            "postgres",
                            "security",
                            "pool",
                            "postgres.embedded",
                            "database",
                            "api",
                            "capacity",
                            "diagnosis",
                            "diagnosis.incident",
                            "cli")),
            entry("tools.load", List.of("rbac", "settings", "cli")),
            entry("tools.model", List.of("capacity", "pool.event", "postgres", "pool", "postgres.embedded", "cli")),
            entry("tools", List.of("postgres", "pool", "cli", "tools.demo", "tools.load", "tools.model")));

    private static final Map<String, List<String>> LIBRARIES = new TreeMap<>(Map.ofEntries(
            entry("com.zaxxer.hikari..", List.of("pool")),
            entry("org.postgresql..", List.of("postgres")),
            entry("org.flywaydb..", List.of("database")),
            entry("org.jdbi..", List.of("database", "rbac", "tools.demo")),
            entry("io.undertow..", List.of("http", "api", "admin", "tools.load")),
            entry("org.xnio..", List.of("http", "api", "admin", "tools.load")),
            entry(
                    "com.fasterxml.jackson..",
                    List.of(
                            "common",
                            "schema",
                            "api",
                            "http",
                            "diagnosis.incident",
                            "admin",
                            "jmx.remote",
                            "cli",
                            "tools.demo",
                            "tools.load")),
            entry("org.HdrHistogram..", List.of("tools.load")),
            entry("jdk.jfr..", List.of("metrics.jfr")),
            entry("picocli..", List.of("cli", "settings", "tools", "tools.demo", "tools.load")),
            entry("javax.management..", List.of("jmx", "jmx.mapping", "jmx.remote")),
            entry("com.codahale.metrics..", List.of("metrics")),
            entry("io.micrometer..", List.of("metrics.prometheus")),
            entry("io.prometheus..", List.of("metrics.prometheus")),
            entry("org.jolokia..", List.of("jmx.remote")),
            entry("com.sun.net.httpserver..", List.of("jmx.remote")),
            entry("ch.qos.logback..", List.of("cli", "jmx", "tools.demo"))));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    @Test
    void packagesUseOnlyWhatIsListed() {
        PACKAGES.forEach((name, others) -> {
            String[] allowed = others.stream().map(ArchitectureTest::qualified).toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage(qualified(name))
                    .should()
                    .dependOnClassesThat(resideInAPackage(ROOT + "..")
                            .and(not(resideInAPackage(qualified(name))))
                            .and(not(resideInAPackage(COMMON)))
                            .and(not(resideInAnyPackage(allowed))))
                    .check(CLASSES);
        });
    }

    @Test
    void everyListedUseExists() {
        PACKAGES.forEach((name, others) -> {
            Set<String> used = CLASSES.that(resideInAPackage(qualified(name))).stream()
                    .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                    .map(dependency ->
                            dependency.getTargetClass().getBaseComponentType().getPackageName())
                    .collect(toSet());
            assertThat(used)
                    .as(name)
                    .containsAll(
                            others.stream().map(ArchitectureTest::qualified).toList());
        });
        LIBRARIES.forEach((library, names) -> assertThat(names)
                .as(library)
                .allSatisfy(name -> assertThat(CLASSES.that(resideInAPackage(qualified(name))).stream()
                                .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                                .map(dependency -> dependency.getTargetClass().getBaseComponentType()))
                        .as(name)
                        .anyMatch(resideInAPackage(library))));
    }

    @Test
    void everyPackageIsListed() {
        assertThat(CLASSES.stream()
                        .map(JavaClass::getPackageName)
                        .filter(name -> !name.equals(ROOT))
                        .map(name -> name.substring(ROOT.length() + 1))
                        .collect(toSet()))
                .isEqualTo(PACKAGES.keySet());
    }

    @Test
    void noPackagesDependOnEachOther() {
        slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(CLASSES);
    }

    /** The cycle check sees only sub-packages. */
    @Test
    void theRootHasOnlyTheEmbeddingApiAndUsesNeitherSettingsNorCli() {
        noClasses()
                .that()
                .resideInAPackage(ROOT)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(qualified("settings"), qualified("cli"))
                .check(CLASSES);
        assertThat(CLASSES.that(resideInAPackage(ROOT)).stream()
                        .filter(JavaClass::isTopLevelClass)
                        .map(JavaClass::getSimpleName)
                        .filter(name -> !name.equals("package-info")))
                .containsExactlyInAnyOrder("AuthServer", "ServerConfig");
    }

    @Test
    void simpleNamesAreUnique() {
        Map<String, List<String>> bySimpleName = CLASSES.stream()
                .filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
                .collect(groupingBy(JavaClass::getSimpleName, mapping(JavaClass::getName, toList())));
        assertThat(bySimpleName.values()).allSatisfy(names -> assertThat(names).hasSize(1));
    }

    @Test
    void librariesAreUsedOnlyWhereListed() {
        LIBRARIES.forEach((library, names) -> {
            String[] allowed = names.stream().map(ArchitectureTest::qualified).toArray(String[]::new);
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
                .that(not(resideInAPackage(qualified("settings"))))
                .should()
                .callMethod(System.class, "getenv")
                .orShould()
                .callMethod(System.class, "getenv", String.class)
                .check(CLASSES);
    }

    private static String qualified(String name) {
        return name.isEmpty() ? ROOT : ROOT + "." + name;
    }
}
