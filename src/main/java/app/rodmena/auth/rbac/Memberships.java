package app.rodmena.auth.rbac;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.DatabaseFailure;
import app.rodmena.auth.pool.event.CallContext;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * The users and their memberships in roles: a user exists from its first membership until it is deleted. All results
 * come from the database; without a result, the stage completes with a {@link DatabaseFailure}. Thread-safe.
 */
public record Memberships(DatabaseEngine database) {
    static final TenantBatchQuery<Boolean> CHECK_MEMBERSHIP = TenantBatchQuery.check("""
            /* memberships.holds */
            select coalesce((
                select true from membership_groups
                where membership_id = (
                        select id from auth_membership where creator = :creator and "user" = :user and is_active)
                    and group_id = (
                        select id from auth_group where creator = :creator and role = :role and is_active)
                limit 1), false)
            """, "user", "role");

    static final TenantListQuery<Membership> OF_USER =
            new TenantListQuery<>(Membership::of, List.of(Membership::role), """
            /* memberships.of_user */
            select m."user", g.role
            from auth_membership m
            cross join lateral (select group_id from membership_groups where membership_id = m.id offset 0) mg
            cross join lateral (
                select role from auth_group
                where id = mg.group_id and creator = :creator and is_active offset 0) g
            where m.creator = :creator and m."user" = :user and m.is_active
                and (g.role collate "C" > :after) is not false
            order by g.role collate "C"
            limit :limit
            """, "user");

    static final TenantListQuery<Membership> OF_ROLE =
            new TenantListQuery<>(Membership::of, List.of(Membership::user), """
            /* memberships.of_role */
            select m."user", g.role
            from auth_group g
            cross join lateral (select membership_id from membership_groups where group_id = g.id offset 0) mg
            cross join lateral (
                select "user" from auth_membership
                where id = mg.membership_id and creator = :creator and is_active offset 0) m
            where g.creator = :creator and g.role = :role and g.is_active
                and (m."user" collate "C" > :after) is not false
            order by m."user" collate "C"
            limit :limit
            """, "role");

    static final TenantBatchQuery<Boolean> GRANT =
            RoleGrants.grant("memberships", "membership", "user", "user", "role");
    static final TenantBatchQuery<Boolean> REVOKE =
            RoleGrants.revoke("memberships", "membership", "user", "user", "role");

    static final TenantListQuery<String> LIST_USERS =
            new TenantListQuery<>(TenantBatchQuery::text, List.of(name -> name), """
            /* users.list */
            select "user" from auth_membership
            where creator = :creator and is_active
                and ("user" collate "C" > :after) is not false
            order by "user" collate "C"
            limit :limit
            """);

    static final String DELETE_USER = RoleGrants.deletion("users", "membership", "user");

    /** A user's membership in a role. */
    public record Membership(String user, String role) {
        static Membership of(ResultSet row, StatementContext context) throws SQLException {
            return new Membership(row.getString(1), row.getString(2));
        }
    }

    /** Gives the user the role; false, without creating the user, if the role does not exist. */
    public CompletionStage<Boolean> grant(CallContext caller, ClientKey key, UserName user, RoleName role) {
        return database.write(caller, GRANT, new TenantQuery(key, user.value(), role.value()));
    }

    /** Removes the role from the user; true, also if the user does not have it. */
    public CompletionStage<Boolean> revoke(CallContext caller, ClientKey key, UserName user, RoleName role) {
        return database.write(caller, REVOKE, new TenantQuery(key, user.value(), role.value()));
    }

    public CompletionStage<Boolean> holds(CallContext caller, ClientKey key, UserName user, RoleName role) {
        return database.submit(caller, CHECK_MEMBERSHIP, new TenantQuery(key, user.value(), role.value()));
    }

    /** The roles of a user, by name. */
    public Listing<Membership> ofUser(CallContext caller, ClientKey key, UserName user) {
        return new Listing<>(database, caller, OF_USER, new TenantQuery(key, user.value()));
    }

    /** The users of a role, by name. */
    public Listing<Membership> ofRole(CallContext caller, ClientKey key, RoleName role) {
        return new Listing<>(database, caller, OF_ROLE, new TenantQuery(key, role.value()));
    }

    /** All users that are not deleted, by name. */
    public Listing<String> listUsers(CallContext caller, ClientKey key) {
        return new Listing<>(database, caller, LIST_USERS, new TenantQuery(key));
    }

    /** Deletes the user with its memberships; false if there is no such user. */
    public CompletionStage<Boolean> deleteUser(CallContext caller, ClientKey key, UserName user) {
        return database.call(caller, handle -> Roles.execute(handle, DELETE_USER, key, "user", user.value()) > 0);
    }
}
