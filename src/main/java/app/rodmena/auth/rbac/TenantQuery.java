package app.rodmena.auth.rbac;

import java.util.List;

/**
 * The parameters of one tenant's query.
 *
 * @param key the tenant
 * @param names the names to bind, in the order of the parameter names of {@link TenantBatchQuery}
 */
record TenantQuery(ClientKey key, List<String> names) {
    TenantQuery(ClientKey key, String... names) {
        this(key, List.of(names));
    }
}
