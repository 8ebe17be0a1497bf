package app.rodmena.auth.rbac;

import java.util.List;

/**
 * What one tenant asks about.
 *
 * @param key the tenant
 * @param names the names in the question, in the order of its kind
 */
record Question(ClientKey key, List<String> names) {
    Question(ClientKey key, String... names) {
        this(key, List.of(names));
    }
}
