package app.rodmena.auth.rbac;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.DatabaseFailure;
import app.rodmena.auth.events.Caller;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Which role has which permission, and so which user. Thread-safe. Every answer comes from the database; where it gave
 * none, the stage completes with a {@link DatabaseFailure}.
 */
public final class Permissions {
    /**
     * Both ends are looked up first and by themselves: planned as one join, PostgreSQL would start from the permission
     * and walk through all members of its roles.
     */
    static final String USER_HOLDS = """
            /* permissions.user_holds */
            select exists (
                select from membership_groups mg
                join permission_groups pg on pg.group_id = mg.group_id
                join auth_group g on g.id = mg.group_id
                where mg.membership_id = (
                        select id from auth_membership where creator = :creator and "user" = :user and is_active)
                    and pg.permission_id = (
                        select id from auth_permission where creator = :creator and name = :name and is_active)
                    and g.creator = :creator and g.is_active)
            """;

    private final DatabaseEngine database;

    public Permissions(DatabaseEngine database) {
        this.database = database;
    }

    /** Gives the role the permission; false if the role does not exist. */
    public CompletionStage<Boolean> grant(Caller caller, ClientKey key, RoleName role, PermissionName permission) {
        return database.call(
                caller,
                handle -> handle.createQuery("""
                                /* permissions.grant */
                                with granting as (
                                    -- Shared until commit: whoever deletes the role waits, and then sees this grant.
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
                                    -- Whoever had it before it died must not have it again. In order of the keys, so
                                    -- that two that purge can't wait for each other.
                                    select fact.permission_id, fact.group_id
                                    from permission_groups fact, known, granting
                                    where fact.permission_id = known.id and not known.is_active
                                        and fact.group_id <> granting.id
                                    order by fact.permission_id, fact.group_id
                                    for update of fact
                                ), purged as (
                                    delete from permission_groups fact using stale
                                    where fact.permission_id = stale.permission_id and fact.group_id = stale.group_id
                                ), added as (
                                    -- A conflict is another client who adds the same permission just now.
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
                                """)
                        .bind("creator", key.creator())
                        .bind("role", role.value())
                        .bind("name", permission.value())
                        .map(Rows::bool)
                        .one());
    }

    /** Takes the permission from the role; true, also if there was nothing to take. */
    public CompletionStage<Boolean> revoke(Caller caller, ClientKey key, RoleName role, PermissionName permission) {
        return database.call(caller, handle -> {
            handle.createUpdate("""
                            /* permissions.revoke */
                            delete from permission_groups
                            where permission_id = (
                                    select id from auth_permission where creator = :creator and name = :name)
                                and group_id = (
                                    select id from auth_group where creator = :creator and role = :role)
                            """)
                    .bind("creator", key.creator())
                    .bind("role", role.value())
                    .bind("name", permission.value())
                    .execute();
            return true;
        });
    }

    /** Whether the role has the permission; false also if there is no such role. */
    public CompletionStage<Boolean> roleHolds(Caller caller, ClientKey key, RoleName role, PermissionName permission) {
        return database.call(
                caller,
                handle -> handle.createQuery("""
                                /* permissions.role_holds */
                                select exists (
                                    select from permission_groups
                                    where permission_id = (
                                            select id from auth_permission
                                            where creator = :creator and name = :name and is_active)
                                        and group_id = (
                                            select id from auth_group
                                            where creator = :creator and role = :role and is_active))
                                """)
                        .bind("creator", key.creator())
                        .bind("role", role.value())
                        .bind("name", permission.value())
                        .map(Rows::bool)
                        .one());
    }

    /** Whether the user has a role that has the permission: the question that this server is asked most. */
    public CompletionStage<Boolean> userHolds(Caller caller, ClientKey key, UserName user, PermissionName permission) {
        return database.call(
                caller,
                handle -> handle.createQuery(USER_HOLDS)
                        .bind("creator", key.creator())
                        .bind("user", user.value())
                        .bind("name", permission.value())
                        .map(Rows::bool)
                        .one());
    }

    /** The permissions of a role, by name. */
    public CompletionStage<List<String>> ofRole(Caller caller, ClientKey key, RoleName role) {
        return database.call(
                caller,
                handle -> handle.createQuery("""
                                /* permissions.of_role */
                                select p.name from auth_group g
                                join permission_groups pg on pg.group_id = g.id
                                join auth_permission p on p.id = pg.permission_id
                                where g.creator = :creator and g.role = :role and g.is_active
                                    and p.creator = :creator and p.is_active
                                order by p.name collate "C"
                                """)
                        .bind("creator", key.creator())
                        .bind("role", role.value())
                        .map(Rows::text)
                        .list());
    }

    /** The permissions of a user, by name, each once for every role that gives it. */
    public CompletionStage<List<String>> ofUser(Caller caller, ClientKey key, UserName user) {
        return database.call(
                caller,
                handle -> handle.createQuery("""
                                /* permissions.of_user */
                                select p.name from auth_membership m
                                join membership_groups mg on mg.membership_id = m.id
                                join auth_group g on g.id = mg.group_id
                                join permission_groups pg on pg.group_id = g.id
                                join auth_permission p on p.id = pg.permission_id
                                where m.creator = :creator and m."user" = :user and m.is_active
                                    and g.creator = :creator and g.is_active
                                    and p.creator = :creator and p.is_active
                                order by p.name collate "C"
                                """)
                        .bind("creator", key.creator())
                        .bind("user", user.value())
                        .map(Rows::text)
                        .list());
    }

    /** The roles that have the permission, by name. */
    public CompletionStage<List<String>> rolesWith(Caller caller, ClientKey key, PermissionName permission) {
        return database.call(
                caller,
                handle -> handle.createQuery("""
                                /* permissions.roles_with */
                                select g.role from auth_permission p
                                join permission_groups pg on pg.permission_id = p.id
                                join auth_group g on g.id = pg.group_id
                                where p.creator = :creator and p.name = :name and p.is_active
                                    and g.creator = :creator and g.is_active
                                order by g.role collate "C"
                                """)
                        .bind("creator", key.creator())
                        .bind("name", permission.value())
                        .map(Rows::text)
                        .list());
    }

    /** The users who have the permission, by user and role, each once for every role that gives it. */
    public CompletionStage<List<Member>> usersWith(Caller caller, ClientKey key, PermissionName permission) {
        return database.call(
                caller,
                handle -> handle.createQuery("""
                                /* permissions.users_with */
                                select m."user", g.role from auth_permission p
                                join permission_groups pg on pg.permission_id = p.id
                                join auth_group g on g.id = pg.group_id
                                join membership_groups mg on mg.group_id = g.id
                                join auth_membership m on m.id = mg.membership_id
                                where p.creator = :creator and p.name = :name and p.is_active
                                    and g.creator = :creator and g.is_active
                                    and m.creator = :creator and m.is_active
                                order by m."user" collate "C", g.role collate "C"
                                """)
                        .bind("creator", key.creator())
                        .bind("name", permission.value())
                        .map(Rows::member)
                        .list());
    }
}
