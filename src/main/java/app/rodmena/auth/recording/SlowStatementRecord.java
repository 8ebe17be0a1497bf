package app.rodmena.auth.recording;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A statement took longer than slow_statement. */
@Name("auth.SlowStatement")
@Label("Slow statement")
@Description("A statement took longer than slow_statement")
@Category({"Auth", "Pool"})
@StackTrace(false)
final class SlowStatementRecord extends Event {
    @Label("Statement")
    @Description("Its name, as roles.list")
    String statement;

    @Label("SQL")
    @Description("Its text, without values")
    String sql;

    @Label("Statement time")
    @Description("From sending it until its answer began")
    @Timespan(Timespan.NANOSECONDS)
    long statementTime;

    @Label("Route")
    @Description("What it was run for, as GET /api/roles")
    String route;

    @Label("SQLState")
    @Description("What PostgreSQL failed with, as 57014; empty if it did what was asked")
    String sqlState;
}
