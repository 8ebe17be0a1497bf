/**
 * Pool events and slow statements as events of the JDK's Flight Recorder. Start with
 * {@link app.rodmena.auth.metrics.jfr.FlightRecorderListener}.
 */
package app.rodmena.auth.metrics.jfr;
