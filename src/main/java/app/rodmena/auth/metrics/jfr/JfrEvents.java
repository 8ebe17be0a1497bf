package app.rodmena.auth.metrics.jfr;

import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.pool.event.RequestIds;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** The events of the Flight Recorder. */
final class JfrEvents {
    private JfrEvents() {}

    @Category({"Auth", "Pool"})
    @StackTrace(false)
    abstract static class AuthJfrEvent extends Event {}

    /** An event of a request, or of a batch of requests. */
    abstract static class RequestJfrEvent extends AuthJfrEvent {
        @Label("Route")
        @Description("The route of the request, such as GET /api/roles")
        String route;

        @Label("Request id")
        @Description(
                "The id of the request, as in its header X-Request-ID; of a batch, of its first eight callers; empty"
                        + " if there is none")
        String requestId;

        @Label("Trace id")
        @Description("The id of the request's trace, as in its header traceparent; of a batch, of its first eight"
                + " callers; empty if there is none")
        String traceId;

        void setRequest(String route, RequestIds ids) {
            this.route = route;
            requestId = ids.requestId();
            traceId = ids.traceId();
        }
    }

    /** An event of a caller of the pool. */
    abstract static class CallerJfrEvent extends RequestJfrEvent {
        @Label("Wait time")
        @Description("From the caller's arrival to the end of its wait")
        @Timespan(Timespan.NANOSECONDS)
        long waitTime;

        @Label("Tenant")
        @Description("The tenant's fingerprint, never the client key; several if it served a batch of several tenants")
        String tenant;

        void setCaller(CallContext caller) {
            setRequest(caller.route(), caller.ids());
            tenant = caller.tenant().get();
        }
    }

    @Name("auth.Connect")
    @Label("Connect")
    @Description("An attempt to open a connection to PostgreSQL")
    static final class ConnectJfrEvent extends AuthJfrEvent {
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

    /**
     * A connection's use by a caller. Lasts from checkout to check-in, so that a threshold of the recording selects
     * long uses. Disabled by default, because there may be thousands a second.
     */
    @Name("auth.Checkout")
    @Label("Checkout")
    @Description("A connection's use by a caller, from checkout to check-in")
    @Enabled(false)
    static final class CheckoutJfrEvent extends CallerJfrEvent {
        @Label("Connection")
        @Description("The connection's number, never reused in a process")
        int connection;

        @Label("Backend pid")
        @Description("The pid of its PostgreSQL backend; 0 if unknown")
        int backendPid;

        @Label("Use time")
        @Description("From the checkout to the check-in")
        @Timespan(Timespan.NANOSECONDS)
        long useTime;

        @Label("Callers")
        @Description("The number of callers that it served")
        int callers;
    }

    @Name("auth.Timeout")
    @Label("Timeout")
    @Description("A wait ended without a connection")
    static final class TimeoutJfrEvent extends CallerJfrEvent {
        @Label("Cause")
        @Description("Why the wait ended")
        String cause;
    }

    @Name("auth.SlowStatement")
    @Label("Slow statement")
    @Description("A statement took longer than slow_statement")
    static final class SlowStatementJfrEvent extends RequestJfrEvent {
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

        @Label("SQLState")
        @Description("The SQLSTATE of its failure, such as 57014; empty if it succeeded")
        String sqlState;
    }

    /**
     * A connection of the pool waits for a lock: one event for each connection in each diagnosis, so that a recording
     * that ends during the wait shows it.
     */
    @Name("auth.LockWait")
    @Label("Lock wait")
    @Description("A connection of the pool waits for a lock; one event for each diagnosis, once a second by default")
    static final class LockWaitJfrEvent extends AuthJfrEvent {
        @Label("Connection")
        @Description("The connection's number, never reused in a process")
        int connection;

        @Label("Backend pid")
        @Description("The pid of its PostgreSQL backend")
        int backendPid;

        @Label("Route")
        @Description("The route of the request, such as GET /api/roles")
        String route;

        @Label("Statement")
        @Description("The waiting statement, without values")
        String statement;

        @Label("Lock")
        @Description("What is locked, such as auth_group or a row of auth_group; empty if it was granted meanwhile")
        String lock;

        @Label("Mode")
        @Description("The requested lock mode, such as AccessShareLock; empty if it was granted meanwhile")
        String mode;

        @Label("Wait time")
        @Description("The time since the waiting statement began")
        @Timespan(Timespan.NANOSECONDS)
        long waitTime;

        @Label("Blocker")
        @Description("The session at the head of the blocking chain, such as pid 4123 (psql)")
        String blocker;

        @Label("Blocker pid")
        @Description("Its pid; 0 for a prepared transaction")
        int blockerPid;

        @Label("Blocker kind")
        @Description("Its kind, such as CLIENT, OURS, INSTANCE, AUTOVACUUM or PREPARED_TRANSACTION")
        String blockerKind;

        @Label("Blocker state")
        @Description("Its state, such as idle in transaction; empty if hidden from the pool's role")
        String blockerState;

        @Label("Blocker statement")
        @Description("Its last statement without values; empty if hidden from the pool's role")
        String blockerStatement;
    }

    @Name("auth.Incident")
    @Label("Incident")
    @Description("An incident has begun, its cause has become more severe, or it has ended")
    static final class IncidentJfrEvent extends AuthJfrEvent {
        @Label("Id")
        @Description("The incident's id, as under /incidents of the admin listener")
        String id;

        @Label("Cause")
        @Description("Its most severe sign so far, such as TIMEOUT or LONG_WAIT")
        String cause;

        @Label("Sentence")
        @Description("Summary in one sentence")
        String sentence;

        @Label("Ended")
        boolean ended;

        @Label("Lasted")
        @Description("Its duration; 0 until it has ended")
        @Timespan(Timespan.NANOSECONDS)
        long lasted;
    }
}
