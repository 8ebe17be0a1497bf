/** What happens in the pool as events of the JDK's Flight Recorder, for whoever records. */
package app.rodmena.auth.recording;
