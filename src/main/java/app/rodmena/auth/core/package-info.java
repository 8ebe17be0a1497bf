/**
 * What all servers of a JVM share: the engine with its metrics, diagnosis, incidents and fleet. Listeners and MBeans
 * receive it as one object. Start with {@link app.rodmena.auth.core.Core}.
 */
package app.rodmena.auth.core;
