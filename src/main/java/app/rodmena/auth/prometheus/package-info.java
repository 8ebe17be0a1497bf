/**
 * Numbers for Prometheus: under Micrometer's names where it has some, so that boards made for HikariCP and for the JVM
 * work unchanged; ours begin with {@code auth_}. Nothing is recorded here: a scrape reads what is counted anyway.
 */
package app.rodmena.auth.prometheus;
