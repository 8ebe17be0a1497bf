package app.rodmena.auth.http;

import app.rodmena.auth.rbac.Member;
import java.time.Instant;
import java.util.List;

/** What lists and answers look like on the wire, where it is not the shape the service gives them. */
final class Shapes {
    private Shapes() {}

    /** {@code {"result": …}} */
    record Bare(Object result) {}

    /** What is wrapped carries its own status, text and time. */
    record Wrapped(boolean success, int code, String message, Object data, Instant timestamp) {
        static Wrapped of(String message, Object data) {
            return new Wrapped(true, 200, message, data, Instant.now());
        }
    }

    /** That key, for memberships too. */
    record HasPermission(boolean hasPermission) {}

    record Result(boolean result) {}

    /** Each a {@link HasPermission} or a {@link NotChecked}. */
    record Checked(int count, List<Object> results) {}

    record NotChecked(String error) {}

    record Name(String name) {}

    record Role(String role) {}

    record UserPermissions(int count, List<Name> permissions) {}

    record WorkflowUsers(int count, List<Member> members) {}

    static List<Name> names(List<String> names) {
        return names.stream().map(Name::new).toList();
    }

    static List<Role> roles(List<String> roles) {
        return roles.stream().map(Role::new).toList();
    }

    static UserPermissions userPermissions(List<String> names) {
        return new UserPermissions(names.size(), names(names));
    }

    static WorkflowUsers workflowUsers(List<Member> members) {
        return new WorkflowUsers(members.size(), members);
    }
}
