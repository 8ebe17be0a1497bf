package app.rodmena.auth.metrics.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** An attempt to open a connection to PostgreSQL. */
@Name("auth.Connect")
@Label("Connect")
@Description("An attempt to open a connection to PostgreSQL")
@Category({"Auth", "Pool"})
@StackTrace(false)
final class ConnectJfrEvent extends Event {
    @Label("Connection")
    @Description("The connection's number, never reused in a process; 0 if the attempt failed")
    int connection;

    @Label("Backend pid")
    @Description("The pid of its PostgreSQL backend; 0 if unknown")
    int backendPid;

    @Label("Connect time")
    @Description("The time to connect and log in")
    @Timespan(Timespan.NANOSECONDS)
    long connectTime;

    @Label("Opened")
    boolean opened;

    @Label("Cause")
    @Description("Why the attempt failed; empty if it succeeded")
    String cause;
}
