package app.rodmena.auth.rbac;

import java.util.List;

/**
 * The parameters of one tenant's query.
 *
 * @param key the tenant
 * @param names the names to bind, in the order of {@link Questions}' parameter names
 */
record Question(ClientKey key, List<String> names) {
    Question(ClientKey key, String... names) {
        this(key, List.of(names));
    }
}
