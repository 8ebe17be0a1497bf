package app.rodmena.auth.faults;

import app.rodmena.auth.faults.Recording.BackendSample;
import app.rodmena.auth.faults.Recording.DiagnosisSample;
import app.rodmena.auth.faults.Recording.HealthSample;
import app.rodmena.auth.faults.Recording.ReadySample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Collects the observations of clients and samplers. Thread-safe. */
final class Observations {
    /** The reasons of refusals that guarantee that the request had no effect. */
    private static final Set<String> NOT_DONE = Set.of(
            "POOL_TIMEOUT",
            "QUEUE_FULL",
            "NOT_PREPARED",
            "DATABASE_TROUBLE",
            "STATEMENT_TIMEOUT",
            "STATEMENT_CANCELLED");

    private final long begin = System.nanoTime();
    private final List<String> secrets;
    private final Queue<Duration> pending = new ConcurrentLinkedQueue<>();
    final Queue<Exchange> exchanges = new ConcurrentLinkedQueue<>();
    final Queue<HealthSample> health = new ConcurrentLinkedQueue<>();
    final Queue<ReadySample> ready = new ConcurrentLinkedQueue<>();
    final Queue<DiagnosisSample> diagnoses = new ConcurrentLinkedQueue<>();
    final Queue<BackendSample> backends = new ConcurrentLinkedQueue<>();
    final Queue<Write> writes = new ConcurrentLinkedQueue<>();
    final Queue<Violation> leaks = new ConcurrentLinkedQueue<>();
    private final Set<String> leakingSources = ConcurrentHashMap.newKeySet();

    /** A client's request to create a role. */
    record Write(String key, String role, Exchange exchange) {
        boolean notDone() {
            return exchange.refused() && NOT_DONE.contains(exchange.reason());
        }
    }

    /** @param secrets the texts that no observation may contain */
    Observations(List<String> secrets) {
        this.secrets = List.copyOf(secrets);
    }

    /** The time since the probe's start. */
    Duration now() {
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    Duration sending() {
        Duration now = now();
        pending.add(now);
        return now;
    }

    Exchange answered(Exchange exchange) {
        exchanges.add(exchange);
        pending.remove(exchange.sent());
        return exchange;
    }

    List<Duration> pending() {
        return new ArrayList<>(pending);
    }

    void wrote(ProbeClient client, String role, Exchange exchange) {
        writes.add(new Write(client.key, role, exchange));
    }

    /** Records a violation if the text contains a secret; once for each source. */
    void lookForSecrets(String source, String text) {
        for (String secret : secrets) {
            if (text.contains(secret) && leakingSources.add(source)) {
                leaks.add(new Violation('S', now(), "a secret is in %s".formatted(source)));
            }
        }
    }

    /** Discards the observations so far, except pending requests, writes and leaks. */
    void forget() {
        exchanges.clear();
        health.clear();
        ready.clear();
        diagnoses.clear();
        backends.clear();
    }
}
