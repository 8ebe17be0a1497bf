/** The pool's events as events of the JDK's Flight Recorder. Start at {@link FlightRecords}. */
package app.rodmena.auth.recording;
