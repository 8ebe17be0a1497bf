package app.rodmena.auth.rbac;

/**
 * The name of a permission, {@code [A-Za-z0-9_:|-]{1,128}}. A workflow is a permission, too: a user with the permission
 * can run the workflow.
 */
public record PermissionName(String value) {
    /** @throws InvalidValueException if the name is invalid */
    public PermissionName {
        NameRule.PERMISSION.check(value);
    }

    /** The name of a workflow in a list of its users. */
    public static PermissionName ofWorkflow(String name) {
        return new PermissionName(NameRule.WORKFLOW.check(name));
    }

    /** The name of a workflow in a check: the wire protocol limits it to 64 characters, as for roles. */
    public static PermissionName ofWorkflowToRun(String name) {
        return new PermissionName(NameRule.WORKFLOW_TO_RUN.check(name));
    }
}
