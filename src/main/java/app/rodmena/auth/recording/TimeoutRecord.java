package app.rodmena.auth.recording;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A wait ended without a connection. */
@Name("auth.Timeout")
@Label("Timeout")
@Description("A wait ended without a connection")
@Category({"Auth", "Pool"})
@StackTrace(false)
final class TimeoutRecord extends Event {
    @Label("Wait time")
    @Description("From the caller's arrival to the end of its patience")
    @Timespan(Timespan.NANOSECONDS)
    long waitTime;

    @Label("Route")
    @Description("What asked, as GET /api/roles")
    String route;

    @Label("Tenant")
    @Description("The tenant's fingerprint, never the key itself")
    String tenant;

    @Label("Cause")
    @Description("What ended the wait")
    String cause;
}
