/**
 * Metrics for Prometheus: under Micrometer's names where it has some, so that dashboards for HikariCP and the JVM work
 * unchanged; ours begin with {@code auth_}. Nothing is recorded here: a scrape reads counts that are kept anyway.
 */
package app.rodmena.auth.prometheus;
