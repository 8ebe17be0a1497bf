package app.rodmena.auth.metrics.jfr;

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
final class TimeoutJfrEvent extends Event {
    @Label("Wait time")
    @Description("From the caller's arrival to the end of its wait")
    @Timespan(Timespan.NANOSECONDS)
    long waitTime;

    @Label("Route")
    @Description("The route of the request, such as GET /api/roles")
    String route;

    @Label("Tenant")
    @Description("The tenant's fingerprint, never the client key")
    String tenant;

    @Label("Cause")
    @Description("Why the wait ended")
    String cause;
}
