package app.rodmena.auth.rbac;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A change of a tenant's roles, users or permissions; user, role and permission are null where the kind has none.
 *
 * @param id its place in the order of the changes; rises in the order in which changes of one name took effect
 * @param time the start of the transaction that made it
 * @param kind what was changed, for example {@code role_created}
 * @param description the new description of a role; null if it was removed, or for other changes
 */
public record Change(
        long id, Instant time, String kind, String user, String role, String permission, String description) {
    /** The only kind that has a description. */
    private static final String DESCRIBED = "role_described";

    /** The fields by their names in the API. */
    public Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("time", time);
        fields.put("change", kind);
        fields.put("user", user);
        fields.put("role", role);
        fields.put("permission", permission);
        fields.values().removeIf(Objects::isNull);
        if (kind.equals(DESCRIBED)) {
            fields.put("description", description);
        }
        return fields;
    }
}
