package app.rodmena.auth.admin;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.diagnosis.incident.TroubledServer;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.testing.JmxClient;
import com.fasterxml.jackson.databind.JsonNode;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanFeatureInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.ObjectName;
import javax.management.openmbean.ArrayType;
import javax.management.openmbean.CompositeType;
import javax.management.openmbean.OpenMBeanAttributeInfo;
import javax.management.openmbean.OpenMBeanOperationInfo;
import javax.management.openmbean.OpenType;
import javax.management.openmbean.TabularType;
import org.junit.jupiter.api.Test;

/**
 * Holds every name, type and unit that clients see: MBeans, the JSON of the admin listener, its event stream, incidents
 * and metrics. A failed run writes the names it found to {@code target/wire-names.txt}; names are added to the expected
 * file, and never changed or removed.
 */
class WireNamesTest {
    private static final Path EXPECTED = Path.of("src/test/resources/app/rodmena/auth/admin/wire-names.txt");
    private static final PoolSettings SMALL = PoolSettings.DEFAULT
            .withSize(1, 1)
            .with(draft -> draft.poolTimeout = Duration.ofMinutes(1))
            .with(draft -> draft.slowStatement = Duration.ofMillis(1))
            .with(draft -> draft.leakThreshold = Duration.ofMillis(500));
    private static final List<String> PAGES = List.of(
            "/pool",
            "/pool/now",
            "/pool/connections",
            "/pool/waiters",
            "/pool/events",
            "/pool/history",
            "/statements",
            "/statements/slow",
            "/requests",
            "/capacity",
            "/fleet",
            "/diagnosis",
            "/diagnosis?from=-1m",
            "/incidents",
            "/health",
            "/health/live",
            "/health/ready",
            "/health/started");
    private static final Pattern SAMPLE = Pattern.compile("^([a-z]\\w*)(?:\\{([^}]*)})? .*");
    /** Fields whose content depends on the moment: PostgreSQL may or may not have answered in time. */
    private static final Pattern MOMENTARY = Pattern.compile(" \\.(verdicts|lastSeen|blindSpots|outage|failures)$");

    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"");
    private static final Pattern UNIT = Pattern.compile("\\[([^\\[\\]]+)]$");

    private final Map<String, String> names = new TreeMap<>();

    @Test
    void everyNameIsAsInTheFile() throws Exception {
        CompletableFuture<Object> end = new CompletableFuture<>();
        try (TestAdmin admin = TestAdmin.anonymous(SMALL);
                Connection colleague = TroubledServer.otherSession(admin.target);
                EventStreamReader watch = EventStreamReader.open(admin, "/events?kinds=all")) {
            DatabaseEngine engine = admin.engine();
            assertThat(admin.api("/api/roles").join().statusCode()).isEqualTo(200);
            var holder = engine.call(CallContext.named("GET /report"), handle -> {
                handle.execute("select pg_sleep(0.05)");
                return end.join();
            });
            TroubledServer.lock(colleague);
            var blocked = admin.api("/api/roles");
            await().until(() -> engine.pool().snapshot().checkedOut() == 2);
            var waiting = admin.api("/api/roles");
            await().until(() -> engine.pool().snapshot().waiting() == 1);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> !watch.data("incident").isEmpty()
                            && !watch.data("pool").isEmpty());
            for (String page : PAGES) {
                json(page, admin.json(page));
            }
            String incident = admin.json("/incidents").path(0).path("id").asText();
            json("/incidents/{id}", admin.json("/incidents/" + incident));
            for (String event : List.of("pool", "event", "incident")) {
                watch.data(event).forEach(data -> json("/events " + event, data));
            }
            metrics(admin.get("/metrics").body());
            mbeans();
            end.complete(null);
            colleague.rollback();
            CompletableFuture.allOf(holder.toCompletableFuture(), blocked, waiting)
                    .join();
        }
        Map<String, String> expected = new TreeMap<>();
        Files.readAllLines(EXPECTED).forEach(line -> put(expected, line.split(": ", 2)[0], line.split(": ", 2)[1]));
        Map<String, String> found = new TreeMap<>(names);
        expected.forEach((name, type) -> {
            if (found.getOrDefault(name, "null").equals("null") && (found.containsKey(name) || isBelowNothing(name))) {
                found.put(name, type);
            } else if (type.equals("null")) {
                expected.put(name, found.getOrDefault(name, type));
            }
        });
        if (!found.equals(expected)) {
            Files.write(
                    Path.of("target/wire-names.txt"),
                    found.entrySet().stream()
                            .map(name -> name.getKey() + ": " + name.getValue())
                            .toList());
        }
        found.entrySet().removeIf(name -> name.getValue().equals(expected.remove(name.getKey())));
        assertThat(found)
                .as("names that %s does not have, or with another type", EXPECTED)
                .isEmpty();
        assertThat(expected).as("names of %s that were not found", EXPECTED).isEmpty();
    }

    /** Whether the nearest parent that was found is null or an empty array, so that the name could not be found. */
    private boolean isBelowNothing(String name) {
        String parent = name.endsWith("[]")
                ? name.substring(0, name.length() - 2)
                : name.substring(0, Math.max(0, name.lastIndexOf(" .")));
        String type = names.get(parent);
        return type == null ? !parent.isEmpty() && isBelowNothing(parent) : type.matches("null|array");
    }

    private static void put(Map<String, String> names, String name, String type) {
        names.merge(name, type, (one, other) -> one.equals("null") || other.equals("number") ? other : one);
    }

    private void json(String path, JsonNode node) {
        if (MOMENTARY.matcher(path).find()) {
            put(names, path, "null");
            return;
        }
        put(names, path, node.getNodeType().name().toLowerCase(Locale.ROOT));
        node.properties().forEach(field -> json(path + " ." + field.getKey(), field.getValue()));
        node.elements().forEachRemaining(element -> {
            if (node.isArray()) {
                json(path + "[]", element);
            }
        });
    }

    /** Names, labels and types of our own metrics; those of the JVM depend on its version. */
    private void metrics(String scrape) {
        scrape.lines().filter(line -> line.startsWith("# TYPE ")).forEach(line -> metric(line.substring(7)));
        scrape.lines().map(SAMPLE::matcher).filter(Matcher::matches).forEach(sample -> {
            String labels = sample.group(2) == null
                    ? ""
                    : LABEL.matcher(sample.group(2))
                            .results()
                            .map(label -> label.group(1))
                            .sorted()
                            .collect(joining(","));
            metric(sample.group(1) + "{" + labels + "} sample");
        });
    }

    private void metric(String nameAndType) {
        if (!nameAndType.startsWith("jvm_") && !nameAndType.startsWith("process_")) {
            int space = nameAndType.indexOf(' ');
            put(names, "metric " + nameAndType.substring(0, space), nameAndType.substring(space + 1));
        }
    }

    private void mbeans() throws Exception {
        for (ObjectName bean : JmxClient.names("app.rodmena.auth")) {
            MBeanInfo info = ManagementFactory.getPlatformMBeanServer().getMBeanInfo(bean);
            String name = bean.getCanonicalKeyPropertyListString();
            for (MBeanAttributeInfo attribute : info.getAttributes()) {
                String access = attribute.isWritable() ? " writable" : "";
                String path = name + " ." + attribute.getName() + access;
                described(path, attribute);
                open(path, ((OpenMBeanAttributeInfo) attribute).getOpenType(), unit(attribute));
            }
            for (MBeanOperationInfo operation : info.getOperations()) {
                String path = name + " ." + operation.getName()
                        + Arrays.stream(operation.getSignature())
                                .map(parameter -> parameter.getName() + unit(parameter))
                                .collect(joining(", ", "(", ")"));
                described(path, operation);
                Arrays.stream(operation.getSignature()).forEach(parameter -> described(path, parameter));
                open(path, ((OpenMBeanOperationInfo) operation).getReturnOpenType(), unit(operation));
            }
            Arrays.stream(info.getNotifications())
                    .flatMap(notification -> Arrays.stream(notification.getNotifTypes()))
                    .forEach(type -> put(names, name + " notification " + type, "notification"));
        }
        for (ObjectName metric : JmxClient.names("metrics")) {
            if (metric.getKeyProperty("name").startsWith("pool.")) {
                put(names, metric.getCanonicalName(), "metric");
            }
        }
    }

    private static void described(String path, MBeanFeatureInfo feature) {
        assertThat(feature.getDescription()).as(path).isNotBlank();
    }

    private static String unit(MBeanFeatureInfo feature) {
        String units = (String) feature.getDescriptor().getFieldValue("units");
        return units == null || units.isEmpty() ? "" : " [" + units + "]";
    }

    private void open(String path, OpenType<?> type, String unit) {
        if (type instanceof ArrayType<?> array) {
            put(names, path, "array" + unit);
            open(path + "[]", array.getElementOpenType(), "");
        } else if (type instanceof TabularType table) {
            put(names, path, "table by " + table.getIndexNames() + unit);
            open(path + "[]", table.getRowType(), "");
        } else if (type instanceof CompositeType row) {
            put(names, path, "composite" + unit);
            for (String item : row.keySet()) {
                String description = row.getDescription(item);
                assertThat(description).as(path + " ." + item).isNotBlank();
                Matcher of = UNIT.matcher(description);
                open(path + " ." + item, row.getType(item), of.find() ? " [" + of.group(1) + "]" : "");
            }
        } else {
            put(names, path, type.getTypeName().replaceFirst("java.lang.", "") + unit);
        }
    }
}
