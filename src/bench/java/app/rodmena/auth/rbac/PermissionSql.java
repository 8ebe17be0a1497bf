package app.rodmena.auth.rbac;

/** The SQL of has_permission, so that other contenders run the same query. */
public final class PermissionSql {
    private PermissionSql() {}

    /** The SQL, with the parameters {@code :creator}, {@code :user} and {@code :name}. */
    public static String hasPermission() {
        return Permissions.CHECK_USER.single;
    }
}
