package app.rodmena.auth.faults;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.PatroniCluster;
import app.rodmena.auth.testing.TestHaProxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Patroni moves the primary to another node, on request and when the primary is killed. */
class PatroniFaultsTest {
    /** The expected situations: without a primary, only the standby is reachable. */
    private static final Set<String> OUTAGE = Set.of("DATABASE_DOWN", "NO_PRIMARY");

    private static final Pattern WRITE = Pattern.compile("^(POST|DELETE) /api/(role|membership)/");

    @TempDir
    static Path directory;

    @AutoClose
    private static PatroniCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = PatroniCluster.start(directory);
        ProbedServer.prepare(cluster);
    }

    @Test
    void bothHostsAreInTheUrl() throws Exception {
        probe(target(), probe -> {
            reportWrites(probe.scenario("switchover").during(cluster::switchover));
            cluster.awaitSynchronous();
            PatroniCluster.Node killed = cluster.primary();
            PatroniCluster.Node promoted = cluster.standby();
            reportWrites(probe.scenario("failover")
                    .expecting("DATABASE_DOWN or NO_PRIMARY", sample -> OUTAGE.contains(sample.situation()))
                    .during(() -> {
                        killed.kill();
                        promoted.awaitPromotion();
                    }));
            Recording back = probe.scenario("the killed primary is back as a standby")
                    .during(() -> {
                        killed.start();
                        cluster.awaitSynchronous();
                    });
            assertThat(back.exchanges()).allMatch(Exchange::right);
            assertThat(back.diagnoses())
                    .last()
                    .satisfies(sample ->
                            assertThat(sample.text().replaceAll("\\s+", " ")).contains("failed over from 127.0.0.1:"));
        });
    }

    @Test
    void haProxyFollowsThePrimary() throws Exception {
        String servers =
                cluster.nodes().stream().map(PatroniCluster.Node::haProxyServer).collect(joining());
        try (TestHaProxy proxy = TestHaProxy.start(directory, """
                option httpchk GET /primary
                default-server inter 200ms fall 1 rise 1 on-marked-down shutdown-sessions
                """ + servers)) {
            probe(proxy.target(target()), probe -> {
                probe.scenario("switchover behind HAProxy")
                        .recoversWithin(Duration.ofSeconds(2))
                        .during(cluster::switchover);
            });
        }
    }

    /** Reports how long the promotion took; the first write that is acknowledged has to follow within a second. */
    private static void reportWrites(Recording seen) {
        Duration promoted = seen.fault().ended();
        Duration afterPromotion = seen.exchanges().stream()
                .filter(exchange ->
                        exchange.right() && WRITE.matcher(exchange.request()).find())
                .map(exchange -> exchange.answered().minus(promoted))
                .filter(delay -> !delay.isNegative())
                .min(Comparator.naturalOrder())
                .orElseThrow();
        System.err.printf(
                "Patroni, %s: promoted after %d ms, first write %d ms after the promotion%n",
                seen.fault().name(), promoted.minus(seen.fault().began()).toMillis(), afterPromotion.toMillis());
        assertThat(afterPromotion).isLessThan(Duration.ofSeconds(1).multipliedBy(Invariant.SLOW_MACHINE));
    }

    @FunctionalInterface
    private interface Scenarios {
        void run(Probe probe) throws Exception;
    }

    private static void probe(DatabaseTarget target, Scenarios scenarios) throws Exception {
        ProbedServer server = ProbedServer.start(directory, cluster, target);
        try {
            cluster.awaitSynchronous();
            scenarios.run(server.probe());
        } finally {
            server.stopKeepingPostgres();
        }
    }

    private static DatabaseTarget target() {
        return cluster.target(ProbedServer.DATABASE, ProbedServer.ROLE, ProbedServer.PASSWORD);
    }
}
