package app.rodmena.auth.rbac;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.DatabaseFailure;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.rbac.Memberships.Membership;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * The permissions of roles, and through them of users. All results come from the database; without a result, the stage
 * completes with a {@link DatabaseFailure}. Thread-safe.
 */
public record Permissions(DatabaseEngine database) {
    /**
     * The user and the permission are looked up first, in separate subqueries: in a single join, PostgreSQL would start
     * at the permission and scan all members of its roles. The role is checked last, only for roles that both have;
     * otherwise PostgreSQL would read all roles of the tenant.
     */
    static final TenantBatchQuery<Boolean> CHECK_USER = TenantBatchQuery.check("""
            /* permissions.user_holds */
            select coalesce((
                select true from membership_groups mg
                join permission_groups pg on pg.group_id = mg.group_id
                cross join lateral (
                    select from auth_group
                    where id = mg.group_id and id = pg.group_id and creator = :creator and is_active offset 0) g
                where mg.membership_id = (
                        select id from auth_membership where creator = :creator and "user" = :user and is_active)
                    and pg.permission_id = (
                        select id from auth_permission where creator = :creator and name = :name and is_active)
                limit 1), false)
            """, "user", "name");

    static final TenantBatchQuery<Boolean> CHECK_ROLE = TenantBatchQuery.check("""
            /* permissions.role_holds */
            select coalesce((
                select true from permission_groups
                where permission_id = (
                        select id from auth_permission where creator = :creator and name = :name and is_active)
                    and group_id = (
                        select id from auth_group where creator = :creator and role = :role and is_active)
                limit 1), false)
            """, "role", "name");

    static final TenantListQuery<String> OF_ROLE =
            new TenantListQuery<>(TenantBatchQuery::text, List.of(name -> name), """
            /* permissions.of_role */
            select p.name
            from permission_groups pg
            cross join lateral (
                select name from auth_permission
                where id = pg.permission_id and creator = :creator and is_active offset 0) p
            where pg.group_id = (select id from auth_group where creator = :creator and role = :role and is_active)
                and (p.name collate "C" > :after) is not false
            order by p.name collate "C"
            limit :limit
            """, "role");

    static final TenantListQuery<RolePermission> OF_USER =
            new TenantListQuery<>(RolePermission::of, List.of(RolePermission::name, RolePermission::role), """
            /* permissions.of_user */
            select p.name, g.role
            from membership_groups mg
            cross join lateral (
                select id, role from auth_group
                where id = mg.group_id and creator = :creator and is_active offset 0) g
            cross join lateral (select permission_id from permission_groups where group_id = g.id offset 0) pg
            cross join lateral (
                select name from auth_permission
                where id = pg.permission_id and creator = :creator and is_active offset 0) p
            where mg.membership_id = (
                select id from auth_membership where creator = :creator and "user" = :user and is_active)
                and ((p.name collate "C", g.role collate "C") > (:after, :afterrole)) is not false
            order by p.name collate "C", g.role collate "C"
            limit :limit
            """, "user");

    static final TenantListQuery<String> ROLES_WITH =
            new TenantListQuery<>(TenantBatchQuery::text, List.of(name -> name), """
            /* permissions.roles_with */
            select g.role
            from permission_groups pg
            cross join lateral (
                select role from auth_group
                where id = pg.group_id and creator = :creator and is_active offset 0) g
            where pg.permission_id = (
                select id from auth_permission where creator = :creator and name = :name and is_active)
                and (g.role collate "C" > :after) is not false
            order by g.role collate "C"
            limit :limit
            """, "name");

    static final TenantListQuery<Membership> USERS_WITH =
            new TenantListQuery<>(Membership::of, List.of(Membership::user, Membership::role), """
            /* permissions.users_with */
            select m."user", g.role
            from permission_groups pg
            cross join lateral (
                select id, role from auth_group
                where id = pg.group_id and creator = :creator and is_active offset 0) g
            cross join lateral (select membership_id from membership_groups where group_id = g.id offset 0) mg
            cross join lateral (
                select "user" from auth_membership
                where id = mg.membership_id and creator = :creator and is_active offset 0) m
            where pg.permission_id = (
                select id from auth_permission where creator = :creator and name = :name and is_active)
                and ((m."user" collate "C", g.role collate "C") > (:after, :afterrole)) is not false
            order by m."user" collate "C", g.role collate "C"
            limit :limit
            """, "name");

    static final TenantBatchQuery<Boolean> GRANT =
            RoleGrants.grant("permissions", "permission", "name", "role", "name");
    static final TenantBatchQuery<Boolean> REVOKE =
            RoleGrants.revoke("permissions", "permission", "name", "role", "name");

    static final TenantListQuery<String> LIST =
            new TenantListQuery<>(TenantBatchQuery::text, List.of(name -> name), """
            /* permissions.list */
            select name from auth_permission
            where creator = :creator and is_active
                and (name collate "C" > :after) is not false
            order by name collate "C"
            limit :limit
            """);

    static final String DELETE = RoleGrants.deletion("permissions", "permission", "name");

    /** A permission check of one user. */
    public record PermissionCheck(UserName user, PermissionName permission) {}

    /** A permission that a user has by a role. */
    public record RolePermission(String name, String role) {
        static RolePermission of(ResultSet row, StatementContext context) throws SQLException {
            return new RolePermission(row.getString(1), row.getString(2));
        }
    }

    /** Gives the role the permission; false if the role does not exist. */
    public CompletionStage<Boolean> grant(CallContext caller, ClientKey key, RoleName role, PermissionName permission) {
        return database.write(caller, GRANT, new TenantQuery(key, role.value(), permission.value()));
    }

    /** Removes the permission from the role; true, also if the role does not have it. */
    public CompletionStage<Boolean> revoke(
            CallContext caller, ClientKey key, RoleName role, PermissionName permission) {
        return database.write(caller, REVOKE, new TenantQuery(key, role.value(), permission.value()));
    }

    /** Whether the role has the permission; false also if there is no such role. */
    public CompletionStage<Boolean> roleHolds(
            CallContext caller, ClientKey key, RoleName role, PermissionName permission) {
        return database.submit(caller, CHECK_ROLE, new TenantQuery(key, role.value(), permission.value()));
    }

    /** Whether the user has a role with the permission: the most frequent query. */
    public CompletionStage<Boolean> userHolds(
            CallContext caller, ClientKey key, UserName user, PermissionName permission) {
        return database.submit(caller, CHECK_USER, new TenantQuery(key, user.value(), permission.value()));
    }

    /** Checks several permissions of one client in one statement; the results are in the order of the checks. */
    public CompletionStage<List<Boolean>> usersHold(CallContext caller, ClientKey key, List<PermissionCheck> checks) {
        return database.submitAll(
                caller,
                CHECK_USER,
                checks.stream()
                        .map(check -> new TenantQuery(
                                key, check.user().value(), check.permission().value()))
                        .toList());
    }

    /** All permissions that are not deleted, by name: each exists from its first grant until it is deleted. */
    public Listing<String> list(CallContext caller, ClientKey key) {
        return new Listing<>(database, caller, LIST, new TenantQuery(key));
    }

    /** Deletes the permission, and takes it from all roles; false if there is no such permission. */
    public CompletionStage<Boolean> delete(CallContext caller, ClientKey key, PermissionName permission) {
        return database.call(caller, handle -> Roles.execute(handle, DELETE, key, "name", permission.value()) > 0);
    }

    /** The permissions of a role, by name. */
    public Listing<String> ofRole(CallContext caller, ClientKey key, RoleName role) {
        return new Listing<>(database, caller, OF_ROLE, new TenantQuery(key, role.value()));
    }

    /** The permissions of a user, by name and role, each once for each role that grants it. */
    public Listing<RolePermission> ofUser(CallContext caller, ClientKey key, UserName user) {
        return new Listing<>(database, caller, OF_USER, new TenantQuery(key, user.value()));
    }

    /** The roles that have the permission, by name. */
    public Listing<String> rolesWith(CallContext caller, ClientKey key, PermissionName permission) {
        return new Listing<>(database, caller, ROLES_WITH, new TenantQuery(key, permission.value()));
    }

    /** The users with the permission, by user and role, each once for each role that grants it. */
    public Listing<Membership> usersWith(CallContext caller, ClientKey key, PermissionName permission) {
        return new Listing<>(database, caller, USERS_WITH, new TenantQuery(key, permission.value()));
    }
}
