/**
 * What all servers of a JVM share: the database engine with its metrics, diagnosis, incidents and fleet, as one object.
 * MBeans, the admin listener and the Prometheus exporter receive it. Start with {@link app.rodmena.auth.core.Core}.
 */
package app.rodmena.auth.core;
