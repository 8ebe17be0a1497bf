package app.rodmena.auth.rbac;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.DatabaseFailure;
import app.rodmena.auth.pool.event.CallContext;
import java.util.concurrent.CompletionStage;

/**
 * The memberships of users in roles. All results come from the database; without a result, the stage completes with a
 * {@link DatabaseFailure}. Thread-safe.
 */
public final class Memberships {
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

    static final TenantListQuery<Membership> OF_USER = TenantBatchQuery.list(RowMappers::member, """
            /* memberships.of_user */
            select m."user", g.role
            from auth_membership m
            cross join lateral (select group_id from membership_groups where membership_id = m.id offset 0) mg
            cross join lateral (
                select role from auth_group
                where id = mg.group_id and creator = :creator and is_active offset 0) g
            where m.creator = :creator and m."user" = :user and m.is_active
            order by g.role collate "C"
            limit :limit
            """, "user");

    static final TenantListQuery<Membership> OF_ROLE = TenantBatchQuery.list(RowMappers::member, """
            /* memberships.of_role */
            select m."user", g.role
            from auth_group g
            cross join lateral (select membership_id from membership_groups where group_id = g.id offset 0) mg
            cross join lateral (
                select "user" from auth_membership
                where id = mg.membership_id and creator = :creator and is_active offset 0) m
            where g.creator = :creator and g.role = :role and g.is_active
            order by m."user" collate "C"
            limit :limit
            """, "role");

    static final TenantBatchQuery<Boolean> GRANT = TenantBatchQuery.write("""
            /* memberships.grant */
            with granting as (
                -- Shared until commit: a concurrent deletion of the role waits, and then sees this grant.
                select id from auth_group
                where creator = :creator and role = :role and is_active
                for share
            ), known as (
                select m.id, m.is_active from auth_membership m, granting
                where m.creator = :creator and m."user" = :user
                for no key update of m
            ), revived as (
                update auth_membership m set is_active = true, modified = now() from known
                where m.id = known.id and not known.is_active
            ), stale as (
                -- The roles of a reactivated user must not come back. In order of the keys, so that
                -- concurrent purges cannot deadlock.
                select mg.membership_id, mg.group_id
                from membership_groups mg, known, granting
                where mg.membership_id = known.id and not known.is_active
                    and mg.group_id <> granting.id
                order by mg.membership_id, mg.group_id
                for update of mg
            ), purged as (
                delete from membership_groups mg using stale
                where mg.membership_id = stale.membership_id and mg.group_id = stale.group_id
            ), added as (
                -- A conflict: another client is adding the same user.
                insert into auth_membership (creator, "user")
                select :creator, :user from granting where not exists (select from known)
                on conflict (creator, "user") do update set is_active = true
                returning id
            ), granted as (
                insert into membership_groups (membership_id, group_id)
                select member.id, granting.id
                from granting, (select id from known union all select id from added) member
                on conflict do nothing
            )
            select exists (select from granting)
            """, """
            /* memberships.grant_together */
            with granting as materialized (
                -- Shared until commit: a concurrent deletion of the role waits, and then sees this grant.
                select input.ordinal, input.creator, input."user", g.id as group_id
                from unnest(:creators, :users, :roles) with ordinality input (creator, "user", role, ordinal)
                cross join lateral (
                    select id from auth_group
                    where creator = input.creator and role = input.role and is_active
                    for share) g
            ), known as materialized (
                -- In order of the names, here and below, so that concurrent batches cannot deadlock.
                select member.id, member.is_active, wanted.creator, wanted."user"
                from (select distinct creator, "user" from granting order by creator, "user") wanted
                cross join lateral (
                    select id, is_active from auth_membership
                    where creator = wanted.creator and "user" = wanted."user"
                    for no key update) member
            ), revived as (
                update auth_membership member set is_active = true, modified = now() from known
                where member.id = known.id and not known.is_active
            ), stale as (
                select held.membership_id, held.group_id
                from known
                cross join lateral (
                    select membership_id, group_id from membership_groups
                    where membership_id = known.id
                    order by group_id
                    for update) held
                where not known.is_active and not exists (
                    select from granting
                    where granting.creator = known.creator and granting."user" = known."user"
                        and granting.group_id = held.group_id)
            ), purged as (
                delete from membership_groups held using stale
                where held.membership_id = stale.membership_id and held.group_id = stale.group_id
            ), added as (
                insert into auth_membership (creator, "user")
                select distinct creator, "user" from granting
                where not exists (
                    select from known where known.creator = granting.creator and known."user" = granting."user")
                order by creator, "user"
                on conflict (creator, "user") do update set is_active = true
                returning id, creator, "user"
            ), granted as (
                insert into membership_groups (membership_id, group_id)
                select member.id, granting.group_id
                from granting
                join (
                    select id, creator, "user" from known
                    union all select id, creator, "user" from added) member using (creator, "user")
                order by member.id, granting.group_id
                on conflict do nothing
            )
            select granting.ordinal is not null
            from unnest(:creators) with ordinality input (creator, ordinal)
            left join granting using (ordinal)
            order by ordinal
            """, "user", "role");

    static final TenantBatchQuery<Boolean> REVOKE = TenantBatchQuery.write("""
            /* memberships.revoke */
            with removed as (
                delete from membership_groups
                where membership_id = (
                        select id from auth_membership where creator = :creator and "user" = :user)
                    and group_id = (
                        select id from auth_group where creator = :creator and role = :role)
            )
            select true
            """, """
            /* memberships.revoke_together */
            with held as (
                -- In order of the keys, so that concurrent deletions cannot deadlock.
                select held.membership_id, held.group_id
                from (
                    select m.id as membership_id, g.id as group_id
                    from unnest(:creators, :users, :roles) input (creator, "user", role)
                    cross join lateral (
                        select id from auth_membership
                        where creator = input.creator and "user" = input."user" offset 0) m
                    cross join lateral (
                        select id from auth_group
                        where creator = input.creator and role = input.role offset 0) g
                    order by m.id, g.id) wanted
                cross join lateral (
                    select membership_id, group_id from membership_groups
                    where membership_id = wanted.membership_id and group_id = wanted.group_id
                    for update) held
            ), removed as (
                delete from membership_groups using held
                where membership_groups.membership_id = held.membership_id and membership_groups.group_id = held.group_id
            )
            select true from unnest(:creators)
            """, "user", "role");

    private final DatabaseEngine database;

    public Memberships(DatabaseEngine database) {
        this.database = database;
    }

    /** Gives the user the role; false, without creating the user, if the role does not exist. */
    public CompletionStage<Boolean> grant(CallContext caller, ClientKey key, UserName user, RoleName role) {
        return database.write(caller, GRANT, new TenantQuery(key, user.value(), role.value()));
    }

    /** Removes the role from the user; true, also if the user does not have it. */
    public CompletionStage<Boolean> revoke(CallContext caller, ClientKey key, UserName user, RoleName role) {
        return database.write(caller, REVOKE, new TenantQuery(key, user.value(), role.value()));
    }

    /** Whether the user has the role. */
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
}
