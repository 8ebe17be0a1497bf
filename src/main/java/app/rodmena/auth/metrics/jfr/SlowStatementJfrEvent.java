package app.rodmena.auth.metrics.jfr;

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
final class SlowStatementJfrEvent extends Event {
    @Label("Statement")
    @Description("The statement's name, such as roles.list")
    String statement;

    @Label("SQL")
    @Description("The SQL text without values")
    String sql;

    @Label("Statement time")
    @Description("From sending the statement to the start of its response")
    @Timespan(Timespan.NANOSECONDS)
    long statementTime;

    @Label("Route")
    @Description("The route of the request, such as GET /api/roles")
    String route;

    @Label("SQLState")
    @Description("The SQLSTATE of its failure, such as 57014; empty if it succeeded")
    String sqlState;
}
