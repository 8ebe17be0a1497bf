/**
 * Metrics for Prometheus: under Micrometer's names where it has some, so that dashboards for HikariCP and the JVM work
 * unchanged; others begin with {@code auth_}. Records nothing: a scrape reads the counts of the other packages. Start
 * with {@link app.rodmena.auth.metrics.prometheus.PrometheusExporter}.
 */
package app.rodmena.auth.metrics.prometheus;
