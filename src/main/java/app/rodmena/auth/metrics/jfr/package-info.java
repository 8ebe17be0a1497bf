/**
 * The pool's numbers and events, slow statements, lock waits and incidents as events of the JDK's Flight Recorder.
 * Start with {@link app.rodmena.auth.metrics.jfr.FlightRecorderListener}.
 */
package app.rodmena.auth.metrics.jfr;
