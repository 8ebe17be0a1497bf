package app.rodmena.auth.rbac;

import java.util.List;

/**
 * The parameters of one tenant's query.
 *
 * @param key the tenant
 * @param names the names to bind, in the order of the parameter names of {@link TenantBatchQuery}
 * @param after for a list, the position that its rows follow; empty for its start
 * @param limit for a list, the maximum number of rows
 */
record TenantQuery(ClientKey key, List<String> names, List<String> after, long limit) {
    TenantQuery(ClientKey key, String... names) {
        this(key, List.of(names), List.of(), 0);
    }

    /** The same list, with at most this number of rows after a position. */
    TenantQuery withRange(List<String> position, long maxRows) {
        return new TenantQuery(key, names, position, maxRows);
    }
}
