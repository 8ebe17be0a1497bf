package app.rodmena.auth.pool.event;

import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.Flatten;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * The context of a checkout: the route and the tenant that a connection is requested for. Immutable.
 *
 * @param route the operation, such as {@code GET /api/roles} or a name that an embedder chose; never a raw path
 * @param tenant supplies the tenant's fingerprint, never the key itself; called only when an event is rendered. Within
 *     a batch, callers with equal suppliers have the same tenant
 * @param count number of callers that this represents: more than 1 for a batch, 0 for the pool itself
 * @param cancellation the caller's deadline and cancellation; {@link Cancellation#NONE} for a batch
 */
public record CallContext(
        @Description("Route of the caller; - for the pool's own work")
        String route,

        @Description("Fingerprint of the tenant; - if there is none")
        Supplier<String> tenant,

        @Description(
                name = "callers",
                value = "Number of callers that the connection serves: more than 1 for a batch; 0 for the pool's own"
                        + " work",
                unit = "callers")
        int count,

        @Flatten RequestIds ids,
        Cancellation cancellation) {
    private static final Supplier<String> NO_TENANT = new TenantLabel("-");
    private static final Supplier<String> SEVERAL_TENANTS = new TenantLabel("several");

    /** The pool itself, acting without a caller. */
    public static final CallContext POOL = new CallContext("-", NO_TENANT, 0, RequestIds.NONE, Cancellation.NONE);

    /** The text shown when there is not exactly one tenant. */
    private record TenantLabel(String get) implements Supplier<String> {}

    public CallContext {
        Objects.requireNonNull(route, "route");
        Objects.requireNonNull(tenant, "tenant");
        Objects.requireNonNull(ids, "ids");
        Objects.requireNonNull(cancellation, "cancellation");
    }

    public CallContext(String route, Supplier<String> tenant) {
        this(route, tenant, 1, RequestIds.NONE, Cancellation.NONE);
    }

    /** A caller without a tenant. */
    public static CallContext named(String route) {
        return new CallContext(route, NO_TENANT);
    }

    public CallContext until(Cancellation newCancellation) {
        return new CallContext(route, tenant, count, ids, newCancellation);
    }

    public CallContext with(RequestIds newIds) {
        return new CallContext(route, tenant, count, newIds, cancellation);
    }

    /** The context of a batch of {@code count} callers of the same tenant, whose first caller is this one. */
    public CallContext batchOf(int count) {
        return count == this.count ? this : new CallContext(route, tenant, count, ids, Cancellation.NONE);
    }

    /** The context of a batch of {@code count} callers of different tenants, whose first caller is this one. */
    public CallContext batchOfSeveralTenants(int count) {
        return new CallContext(route, SEVERAL_TENANTS, count, ids, Cancellation.NONE);
    }
}
