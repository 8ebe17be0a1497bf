package app.rodmena.auth.events;

import java.util.Objects;
import java.util.function.Supplier;

/**
 * On whose behalf a connection is wanted.
 *
 * @param route what asked, as {@code GET /api/roles} or a name an embedder chose; never a raw path
 * @param tenant gives the tenant's fingerprint, never the key itself; asked only where an event is shown
 */
public record Caller(String route, Supplier<String> tenant) {
    /** The pool itself. */
    public static final Caller NOBODY = named("-");

    public Caller {
        Objects.requireNonNull(route, "route");
        Objects.requireNonNull(tenant, "tenant");
    }

    /** A caller without a tenant. */
    public static Caller named(String route) {
        return new Caller(route, () -> "-");
    }
}
