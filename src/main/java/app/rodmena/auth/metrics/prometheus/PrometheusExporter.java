package app.rodmena.auth.metrics.prometheus;

import app.rodmena.auth.core.Core;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmInfoMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Renders the metrics for a Prometheus scrape. Thread-safe. A scrape takes no connection, sends no query and records
 * nothing.
 */
public final class PrometheusExporter implements AutoCloseable {
    /** The label that popular dashboards filter on; Prometheus itself adds the instance. */
    static final Labels COMMON = Labels.of("application", "auth");

    /** The format without exemplars. */
    public static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

    public static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private static final int INITIAL_BYTES = 32 * 1024;

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics gcMetrics = new JvmGcMetrics();

    /** @param core must stay open until this is closed */
    public PrometheusExporter(Core core) {
        COMMON.stream().forEach(label -> registry.config().commonTags(label.getName(), label.getValue()));
        // promtool rejects these names: an abbreviated unit, and a suffix reserved for histograms.
        registry.config()
                .meterFilter(MeterFilter.denyNameStartsWith("process.cpu.time"))
                .meterFilter(MeterFilter.denyNameStartsWith("system.cpu.count"));
        List<MeterBinder> jvm = List.of(
                new ClassLoaderMetrics(),
                new JvmMemoryMetrics(),
                new JvmThreadMetrics(),
                new JvmInfoMetrics(),
                gcMetrics,
                new ProcessorMetrics(),
                new FileDescriptorMetrics(),
                new UptimeMetrics());
        jvm.forEach(binder -> binder.bindTo(registry));
        registry.getPrometheusRegistry().register(() -> new ScrapeBuilder(core).build());
    }

    /**
     * All metrics.
     *
     * @param type {@link #TEXT} or {@link #OPEN_METRICS}
     */
    public byte[] scrape(String type) {
        ByteArrayOutputStream body = new ByteArrayOutputStream(INITIAL_BYTES);
        try {
            registry.scrape(body, type);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return body.toByteArray();
    }

    @Override
    public void close() {
        gcMetrics.close();
        registry.close();
    }
}
