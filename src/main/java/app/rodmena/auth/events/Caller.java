package app.rodmena.auth.events;

import java.util.Objects;
import java.util.function.Supplier;

/**
 * On whose behalf a connection is wanted.
 *
 * @param route what asked, as {@code GET /api/roles} or a name an embedder chose; never a raw path
 * @param tenant gives the tenant's fingerprint, never the key itself; asked only where an event is shown. Of callers
 *     who go together, those whose suppliers are equal are of one tenant
 * @param count how many callers this stands for: more than one where their questions are answered together, 0 where the
 *     pool acts by itself
 */
public record Caller(String route, Supplier<String> tenant, int count) {
    /** The pool itself. */
    public static final Caller NOBODY = new Caller("-", NotOne.NONE, 0);

    /** What stands where there is not one tenant. */
    private enum NotOne implements Supplier<String> {
        NONE("-"),
        SEVERAL("several");

        private final String text;

        NotOne(String text) {
            this.text = text;
        }

        @Override
        public String get() {
            return text;
        }
    }

    public Caller {
        Objects.requireNonNull(route, "route");
        Objects.requireNonNull(tenant, "tenant");
    }

    /** One caller. */
    public Caller(String route, Supplier<String> tenant) {
        this(route, tenant, 1);
    }

    /** A caller without a tenant. */
    public static Caller named(String route) {
        return new Caller(route, NotOne.NONE);
    }

    /** So many of the same tenant, this one first. */
    public Caller together(int count) {
        return count == this.count ? this : new Caller(route, tenant, count);
    }

    /** So many of different tenants, this one first. */
    public Caller withSeveralTenants(int count) {
        return new Caller(route, NotOne.SEVERAL, count);
    }
}
