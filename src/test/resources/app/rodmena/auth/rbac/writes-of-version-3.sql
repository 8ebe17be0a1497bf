-- The writes of servers of schema version 3, as LastMigrationTest runs them. Statements are separated by blank lines.

/* memberships.grant */
with granting as (
    -- Shared until commit: a concurrent deletion of the role waits, and then sees this grant.
    select id from auth_group
    where creator = :creator and role = :role and is_active
    for share
), known as (
    select entry.id, entry.is_active from auth_membership entry, granting
    where entry.creator = :creator and entry."user" = :user
    for no key update of entry
), revived as (
    update auth_membership entry set is_active = true, modified = now() from known
    where entry.id = known.id and not known.is_active
), stale as (
    -- The roles of a reactivated entry must not come back. In order of the keys, so that
    -- concurrent purges cannot deadlock.
    select held.membership_id, held.group_id
    from membership_groups held, known, granting
    where held.membership_id = known.id and not known.is_active
        and held.group_id <> granting.id
    order by held.membership_id, held.group_id
    for update of held
), purged as (
    delete from membership_groups held using stale
    where held.membership_id = stale.membership_id and held.group_id = stale.group_id
), added as (
    -- A conflict: another client is adding the same entry.
    insert into auth_membership (creator, "user")
    select :creator, :user from granting where not exists (select from known)
    on conflict (creator, "user") do update set is_active = true
    returning id
), granted as (
    insert into membership_groups (membership_id, group_id)
    select entry.id, granting.id
    from granting, (select id from known union all select id from added) entry
    on conflict do nothing
)
select exists (select from granting)

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
    select entry.id, entry.is_active, wanted.creator, wanted."user"
    from (select distinct creator, "user" from granting order by creator, "user") wanted
    cross join lateral (
        select id, is_active from auth_membership
        where creator = wanted.creator and "user" = wanted."user"
        for no key update) entry
), revived as (
    update auth_membership entry set is_active = true, modified = now() from known
    where entry.id = known.id and not known.is_active
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
    select entry.id, granting.group_id
    from granting
    join (
        select id, creator, "user" from known
        union all select id, creator, "user" from added) entry using (creator, "user")
    order by entry.id, granting.group_id
    on conflict do nothing
)
select granting.ordinal is not null
from unnest(:creators) with ordinality input (creator, ordinal)
left join granting using (ordinal)
order by ordinal

/* memberships.revoke */
with removed as (
    delete from membership_groups
    where membership_id = (
            select id from auth_membership where creator = :creator and "user" = :user)
        and group_id = (
            select id from auth_group where creator = :creator and role = :role)
)
select true

/* memberships.revoke_together */
with held as (
    -- In order of the keys, so that concurrent deletions cannot deadlock.
    select held.membership_id, held.group_id
    from (
        select entry.id as membership_id, g.id as group_id
        from unnest(:creators, :users, :roles) input (creator, "user", role)
        cross join lateral (
            select id from auth_membership
            where creator = input.creator and "user" = input."user" offset 0) entry
        cross join lateral (
            select id from auth_group
            where creator = input.creator and role = input.role offset 0) g
        order by entry.id, g.id) wanted
    cross join lateral (
        select membership_id, group_id from membership_groups
        where membership_id = wanted.membership_id and group_id = wanted.group_id
        for update) held
), removed as (
    delete from membership_groups using held
    where membership_groups.membership_id = held.membership_id and membership_groups.group_id = held.group_id
)
select true from unnest(:creators)

/* permissions.grant */
with granting as (
    -- Shared until commit: a concurrent deletion of the role waits, and then sees this grant.
    select id from auth_group
    where creator = :creator and role = :role and is_active
    for share
), known as (
    select entry.id, entry.is_active from auth_permission entry, granting
    where entry.creator = :creator and entry."name" = :name
    for no key update of entry
), revived as (
    update auth_permission entry set is_active = true, modified = now() from known
    where entry.id = known.id and not known.is_active
), stale as (
    -- The roles of a reactivated entry must not come back. In order of the keys, so that
    -- concurrent purges cannot deadlock.
    select held.permission_id, held.group_id
    from permission_groups held, known, granting
    where held.permission_id = known.id and not known.is_active
        and held.group_id <> granting.id
    order by held.permission_id, held.group_id
    for update of held
), purged as (
    delete from permission_groups held using stale
    where held.permission_id = stale.permission_id and held.group_id = stale.group_id
), added as (
    -- A conflict: another client is adding the same entry.
    insert into auth_permission (creator, "name")
    select :creator, :name from granting where not exists (select from known)
    on conflict (creator, "name") do update set is_active = true
    returning id
), granted as (
    insert into permission_groups (permission_id, group_id)
    select entry.id, granting.id
    from granting, (select id from known union all select id from added) entry
    on conflict do nothing
)
select exists (select from granting)

/* permissions.grant_together */
with granting as materialized (
    -- Shared until commit: a concurrent deletion of the role waits, and then sees this grant.
    select input.ordinal, input.creator, input."name", g.id as group_id
    from unnest(:creators, :names, :roles) with ordinality input (creator, "name", role, ordinal)
    cross join lateral (
        select id from auth_group
        where creator = input.creator and role = input.role and is_active
        for share) g
), known as materialized (
    -- In order of the names, here and below, so that concurrent batches cannot deadlock.
    select entry.id, entry.is_active, wanted.creator, wanted."name"
    from (select distinct creator, "name" from granting order by creator, "name") wanted
    cross join lateral (
        select id, is_active from auth_permission
        where creator = wanted.creator and "name" = wanted."name"
        for no key update) entry
), revived as (
    update auth_permission entry set is_active = true, modified = now() from known
    where entry.id = known.id and not known.is_active
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
        where granting.creator = known.creator and granting."name" = known."name"
            and granting.group_id = held.group_id)
), purged as (
    delete from permission_groups held using stale
    where held.permission_id = stale.permission_id and held.group_id = stale.group_id
), added as (
    insert into auth_permission (creator, "name")
    select distinct creator, "name" from granting
    where not exists (
        select from known where known.creator = granting.creator and known."name" = granting."name")
    order by creator, "name"
    on conflict (creator, "name") do update set is_active = true
    returning id, creator, "name"
), granted as (
    insert into permission_groups (permission_id, group_id)
    select entry.id, granting.group_id
    from granting
    join (
        select id, creator, "name" from known
        union all select id, creator, "name" from added) entry using (creator, "name")
    order by entry.id, granting.group_id
    on conflict do nothing
)
select granting.ordinal is not null
from unnest(:creators) with ordinality input (creator, ordinal)
left join granting using (ordinal)
order by ordinal

/* permissions.revoke */
with removed as (
    delete from permission_groups
    where permission_id = (
            select id from auth_permission where creator = :creator and "name" = :name)
        and group_id = (
            select id from auth_group where creator = :creator and role = :role)
)
select true

/* permissions.revoke_together */
with held as (
    -- In order of the keys, so that concurrent deletions cannot deadlock.
    select held.permission_id, held.group_id
    from (
        select entry.id as permission_id, g.id as group_id
        from unnest(:creators, :names, :roles) input (creator, "name", role)
        cross join lateral (
            select id from auth_permission
            where creator = input.creator and "name" = input."name" offset 0) entry
        cross join lateral (
            select id from auth_group
            where creator = input.creator and role = input.role offset 0) g
        order by entry.id, g.id) wanted
    cross join lateral (
        select permission_id, group_id from permission_groups
        where permission_id = wanted.permission_id and group_id = wanted.group_id
        for update) held
), removed as (
    delete from permission_groups using held
    where permission_groups.permission_id = held.permission_id and permission_groups.group_id = held.group_id
)
select true from unnest(:creators)

/* roles.create */
with held as (
    -- In order of the keys, so that concurrent purges cannot deadlock.
    select mg.membership_id, mg.group_id from membership_groups mg
    where mg.group_id = (
        select id from auth_group where creator = :creator and role = :role and not is_active)
    order by mg.membership_id, mg.group_id
    for update
)
delete from membership_groups mg using held
where mg.membership_id = held.membership_id and mg.group_id = held.group_id;
/* roles.create */
with held as (
    select pg.permission_id, pg.group_id from permission_groups pg
    where pg.group_id = (
        select id from auth_group where creator = :creator and role = :role and not is_active)
    order by pg.permission_id, pg.group_id
    for update
)
delete from permission_groups pg using held
where pg.permission_id = held.permission_id and pg.group_id = held.group_id;
/* roles.create */
insert into auth_group (creator, role)
select :creator, :role
where not exists (select from auth_group where creator = :creator and role = :role and is_active)
on conflict (creator, role)
    do update set is_active = true, description = null, modified = now() where not auth_group.is_active

/* roles.delete */
update auth_group set is_active = false, modified = now()
where creator = :creator and role = :role and is_active;
/* roles.delete */
with held as (
    -- In order of the keys, so that concurrent purges cannot deadlock.
    select mg.membership_id, mg.group_id from membership_groups mg
    where mg.group_id = (
        select id from auth_group where creator = :creator and role = :role and not is_active)
    order by mg.membership_id, mg.group_id
    for update
)
delete from membership_groups mg using held
where mg.membership_id = held.membership_id and mg.group_id = held.group_id;
/* roles.delete */
with held as (
    select pg.permission_id, pg.group_id from permission_groups pg
    where pg.group_id = (
        select id from auth_group where creator = :creator and role = :role and not is_active)
    order by pg.permission_id, pg.group_id
    for update
)
delete from permission_groups pg using held
where pg.permission_id = held.permission_id and pg.group_id = held.group_id

/* roles.describe */
update auth_group set description = :description, modified = now()
where creator = :creator and role = :role and is_active
