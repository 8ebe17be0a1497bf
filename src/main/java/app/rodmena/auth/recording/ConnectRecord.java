package app.rodmena.auth.recording;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A connection to PostgreSQL was opened, or could not be. */
@Name("auth.Connect")
@Label("Connect")
@Description("A connection to PostgreSQL was opened, or could not be")
@Category({"Auth", "Pool"})
@StackTrace(false)
final class ConnectRecord extends Event {
    @Label("Connection")
    @Description("Its number, never used twice in a process; 0 if it could not be opened")
    int connection;

    @Label("Backend pid")
    @Description("The pid of PostgreSQL's process behind it; 0 where it is unknown")
    int backendPid;

    @Label("Connect time")
    @Description("Opening it, logging in included")
    @Timespan(Timespan.NANOSECONDS)
    long connectTime;

    @Label("Opened")
    boolean opened;

    @Label("Cause")
    @Description("Why it could not be opened")
    String cause;
}
