package app.rodmena.auth.recording;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * A caller had a connection. It begins when the caller got it and lasts until it is back, so a threshold keeps those
 * that had it long. There are thousands a second: nobody gets them who does not ask for them.
 */
@Name("auth.Checkout")
@Label("Checkout")
@Description("A caller had a connection, from the checkout to the check-in")
@Category({"Auth", "Pool"})
@Enabled(false)
@StackTrace(false)
final class CheckoutRecord extends Event {
    @Label("Connection")
    @Description("Its number, never used twice in a process")
    int connection;

    @Label("Backend pid")
    @Description("The pid of PostgreSQL's process behind it; 0 where it is unknown")
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
    @Description("What asked, as GET /api/roles")
    String route;

    @Label("Tenant")
    @Description(
            "The tenant's fingerprint, never the key itself; several where callers of several were served together")
    String tenant;

    @Label("Callers")
    @Description("How many callers were served with it")
    int callers;
}
