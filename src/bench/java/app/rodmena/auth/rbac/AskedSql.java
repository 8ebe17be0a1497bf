package app.rodmena.auth.rbac;

/** The SQL behind has_permission, for others to ask the same. */
public final class AskedSql {
    private AskedSql() {}

    /** With the parameters {@code :creator}, {@code :user} and {@code :name}. */
    public static String hasPermission() {
        return Permissions.CHECK_USER.single;
    }
}
