package app.rodmena.auth.metrics.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * A connection's use by a caller. Lasts from checkout to check-in, so that a threshold of the recording selects long
 * uses. Disabled by default, because there may be thousands a second.
 */
@Name("auth.Checkout")
@Label("Checkout")
@Description("A connection's use by a caller, from checkout to check-in")
@Category({"Auth", "Pool"})
@Enabled(false)
@StackTrace(false)
final class CheckoutJfrEvent extends Event {
    @Label("Connection")
    @Description("The connection's number, never reused in a process")
    int connection;

    @Label("Backend pid")
    @Description("The pid of its PostgreSQL backend; 0 if unknown")
    int backendPid;

    @Label("Wait time")
    @Description("From the caller's arrival to the checkout")
    @Timespan(Timespan.NANOSECONDS)
    long waitTime;

    @Label("Use time")
    @Description("From the checkout to the check-in")
    @Timespan(Timespan.NANOSECONDS)
    long useTime;

    @Label("Route")
    @Description("The route of the request, such as GET /api/roles")
    String route;

    @Label("Tenant")
    @Description("The tenant's fingerprint, never the client key; several if it served a batch of several tenants")
    String tenant;

    @Label("Callers")
    @Description("The number of callers that it served")
    int callers;
}
