package app.rodmena.auth.rbac;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.DatabaseFailure;
import app.rodmena.auth.pool.event.CallContext;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * The permissions of roles, and through them of users. All results come from the database; without a result, the stage
 * completes with a {@link DatabaseFailure}. Thread-safe.
 */
public final class Permissions {
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

    static final TenantListQuery<String> OF_ROLE = TenantBatchQuery.list(RowMappers::text, """
            /* permissions.of_role */
            select p.name
            from permission_groups pg
            cross join lateral (
                select name from auth_permission
                where id = pg.permission_id and creator = :creator and is_active offset 0) p
            where pg.group_id = (select id from auth_group where creator = :creator and role = :role and is_active)
            order by p.name collate "C"
            limit :limit
            """, "role");

    static final TenantListQuery<String> OF_USER = TenantBatchQuery.list(RowMappers::text, """
            /* permissions.of_user */
            select p.name
            from membership_groups mg
            cross join lateral (
                select id from auth_group
                where id = mg.group_id and creator = :creator and is_active offset 0) g
            cross join lateral (select permission_id from permission_groups where group_id = g.id offset 0) pg
            cross join lateral (
                select name from auth_permission
                where id = pg.permission_id and creator = :creator and is_active offset 0) p
            where mg.membership_id = (
                select id from auth_membership where creator = :creator and "user" = :user and is_active)
            order by p.name collate "C"
            limit :limit
            """, "user");

    static final TenantListQuery<String> ROLES_WITH = TenantBatchQuery.list(RowMappers::text, """
            /* permissions.roles_with */
            select g.role
            from permission_groups pg
            cross join lateral (
                select role from auth_group
                where id = pg.group_id and creator = :creator and is_active offset 0) g
            where pg.permission_id = (
                select id from auth_permission where creator = :creator and name = :name and is_active)
            order by g.role collate "C"
            limit :limit
            """, "name");

    static final TenantListQuery<Membership> USERS_WITH = TenantBatchQuery.list(RowMappers::member, """
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
            order by m."user" collate "C", g.role collate "C"
            limit :limit
            """, "name");

    static final TenantBatchQuery<Boolean> GRANT = TenantBatchQuery.write("""
            /* permissions.grant */
            with granting as (
                -- Shared until commit: a concurrent deletion of the role waits, and then sees this grant.
                select id from auth_group
                where creator = :creator and role = :role and is_active
                for share
            ), known as (
                select p.id, p.is_active from auth_permission p, granting
                where p.creator = :creator and p.name = :name
                for no key update of p
            ), revived as (
                update auth_permission p set is_active = true, modified = now() from known
                where p.id = known.id and not known.is_active
            ), stale as (
                -- The roles of a reactivated permission must not get it back. In order of the keys, so
                -- that concurrent purges cannot deadlock.
                select pg.permission_id, pg.group_id
                from permission_groups pg, known, granting
                where pg.permission_id = known.id and not known.is_active
                    and pg.group_id <> granting.id
                order by pg.permission_id, pg.group_id
                for update of pg
            ), purged as (
                delete from permission_groups pg using stale
                where pg.permission_id = stale.permission_id and pg.group_id = stale.group_id
            ), added as (
                -- A conflict: another client is adding the same permission.
                insert into auth_permission (creator, name)
                select :creator, :name from granting where not exists (select from known)
                on conflict (creator, name) do update set is_active = true
                returning id
            ), granted as (
                insert into permission_groups (permission_id, group_id)
                select permission.id, granting.id
                from granting, (select id from known union all select id from added) permission
                on conflict do nothing
            )
            select exists (select from granting)
            """, """
            /* permissions.grant_together */
            with granting as materialized (
                -- Shared until commit: a concurrent deletion of the role waits, and then sees this grant.
                select input.ordinal, input.creator, input.name, g.id as group_id
                from unnest(:creators, :names, :roles) with ordinality input (creator, name, role, ordinal)
                cross join lateral (
                    select id from auth_group
                    where creator = input.creator and role = input.role and is_active
                    for share) g
            ), known as materialized (
                -- In order of the names, here and below, so that concurrent batches cannot deadlock.
                select permission.id, permission.is_active, wanted.creator, wanted.name
                from (select distinct creator, name from granting order by creator, name) wanted
                cross join lateral (
                    select id, is_active from auth_permission
                    where creator = wanted.creator and name = wanted.name
                    for no key update) permission
            ), revived as (
                update auth_permission permission set is_active = true, modified = now() from known
                where permission.id = known.id and not known.is_active
            ), stale as (
                select held.permission_id, held.group_id
                from known
                cross join lateral (
                    select permission_id, group_id from permission_groups
                    where permission_id = known.id
                    order by group_id
                    for update) held
                where not known.is_active and not exists (
                    select from granting
                    where granting.creator = known.creator and granting.name = known.name
                        and granting.group_id = held.group_id)
            ), purged as (
                delete from permission_groups held using stale
                where held.permission_id = stale.permission_id and held.group_id = stale.group_id
            ), added as (
                insert into auth_permission (creator, name)
                select distinct creator, name from granting
                where not exists (
                    select from known where known.creator = granting.creator and known.name = granting.name)
                order by creator, name
                on conflict (creator, name) do update set is_active = true
                returning id, creator, name
            ), granted as (
                insert into permission_groups (permission_id, group_id)
                select permission.id, granting.group_id
                from granting
                join (
                    select id, creator, name from known
                    union all select id, creator, name from added) permission using (creator, name)
                order by permission.id, granting.group_id
                on conflict do nothing
            )
            select granting.ordinal is not null
            from unnest(:creators) with ordinality input (creator, ordinal)
            left join granting using (ordinal)
            order by ordinal
            """, "role", "name");

    static final TenantBatchQuery<Boolean> REVOKE = TenantBatchQuery.write("""
            /* permissions.revoke */
            with removed as (
                delete from permission_groups
                where permission_id = (
                        select id from auth_permission where creator = :creator and name = :name)
                    and group_id = (
                        select id from auth_group where creator = :creator and role = :role)
            )
            select true
            """, """
            /* permissions.revoke_together */
            with held as (
                -- In order of the keys, so that concurrent deletions cannot deadlock.
                select held.permission_id, held.group_id
                from (
                    select m.id as permission_id, g.id as group_id
                    from unnest(:creators, :names, :roles) input (creator, name, role)
                    cross join lateral (
                        select id from auth_permission
                        where creator = input.creator and name = input.name offset 0) m
                    cross join lateral (
                        select id from auth_group
                        where creator = input.creator and role = input.role offset 0) g
                    order by m.id, g.id) wanted
                cross join lateral (
                    select permission_id, group_id from permission_groups
                    where permission_id = wanted.permission_id and group_id = wanted.group_id
                    for update) held
            ), removed as (
                delete from permission_groups using held
                where permission_groups.permission_id = held.permission_id and permission_groups.group_id = held.group_id
            )
            select true from unnest(:creators)
            """, "role", "name");

    private final DatabaseEngine database;

    public Permissions(DatabaseEngine database) {
        this.database = database;
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

    /** The permissions of a role, by name. */
    public Listing<String> ofRole(CallContext caller, ClientKey key, RoleName role) {
        return new Listing<>(database, caller, OF_ROLE, new TenantQuery(key, role.value()));
    }

    /** The permissions of a user, by name, each once for each role that grants it. */
    public Listing<String> ofUser(CallContext caller, ClientKey key, UserName user) {
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
