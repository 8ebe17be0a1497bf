package app.rodmena.auth.rbac;

/**
 * The name of a permission, {@code [A-Za-z0-9_-]{1,128}}. A workflow is a permission by another name: whoever holds it
 * can run it.
 */
public record PermissionName(String value) {
    /** @throws InvalidValueException if it is not such a name */
    public PermissionName {
        NameRule.PERMISSION.check(value);
    }

    /** The workflow whose users are asked for. */
    public static PermissionName ofWorkflow(String name) {
        return new PermissionName(NameRule.WORKFLOW.check(name));
    }

    /** The workflow that somebody wants to run: the wire protocol holds its name to a role's 64 characters. */
    public static PermissionName ofWorkflowToRun(String name) {
        return new PermissionName(NameRule.WORKFLOW_TO_RUN.check(name));
    }
}
