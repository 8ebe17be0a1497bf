-- A client key in upper case is the same key in lower case. The older service once took it for a second tenant; here
-- both become one. What several rows said of one role, user or permission, the surviving row says alone: it lives if
-- any of them lived, and it holds what the living ones held. What only a dead row held does not come back to life.

lock table auth_group, auth_membership, auth_permission, membership_groups, permission_groups in access exclusive mode;

-- Creators that are no keys can't be asked for; they stay as they are.
create function auth_fold_creator(creator text) returns text immutable language sql as $$
    select case when creator ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then lower(creator) else creator end
$$;

-- Who becomes whom: a living row survives before a dead one, an older before a younger.
create table auth_fold_group as
select *
from (
    select id, is_active, description, date_created, modified,
        first_value(id) over preferred as survivor,
        first_value(is_active) over preferred as survivor_is_active,
        count(*) over (partition by auth_fold_creator(creator), role) as many
    from auth_group
    window preferred as (partition by auth_fold_creator(creator), role order by is_active desc, id)
) same where many > 1;

create table auth_fold_membership as
select *
from (
    select id, is_active, date_created, modified,
        first_value(id) over preferred as survivor,
        first_value(is_active) over preferred as survivor_is_active,
        count(*) over (partition by auth_fold_creator(creator), "user") as many
    from auth_membership
    window preferred as (partition by auth_fold_creator(creator), "user" order by is_active desc, id)
) same where many > 1;

create table auth_fold_permission as
select *
from (
    select id, is_active, date_created, modified,
        first_value(id) over preferred as survivor,
        first_value(is_active) over preferred as survivor_is_active,
        count(*) over (partition by auth_fold_creator(creator), name) as many
    from auth_permission
    window preferred as (partition by auth_fold_creator(creator), name order by is_active desc, id)
) same where many > 1;

-- A fact moves to the survivors, unless it was dead and would be alive there.
with moving as (
    select f.membership_id, f.group_id,
        coalesce(m.survivor, f.membership_id) as to_membership,
        coalesce(g.survivor, f.group_id) as to_group,
        coalesce(m.survivor_is_active and not m.is_active, false)
            or coalesce(g.survivor_is_active and not g.is_active, false) as would_revive
    from membership_groups f
    left join auth_fold_membership m on m.id = f.membership_id
    left join auth_fold_group g on g.id = f.group_id
    where m.id <> m.survivor or g.id <> g.survivor
), gone as (
    delete from membership_groups f using moving
    where f.membership_id = moving.membership_id and f.group_id = moving.group_id
)
insert into membership_groups (membership_id, group_id)
select distinct to_membership, to_group from moving where not would_revive
on conflict do nothing;

with moving as (
    select f.permission_id, f.group_id,
        coalesce(p.survivor, f.permission_id) as to_permission,
        coalesce(g.survivor, f.group_id) as to_group,
        coalesce(p.survivor_is_active and not p.is_active, false)
            or coalesce(g.survivor_is_active and not g.is_active, false) as would_revive
    from permission_groups f
    left join auth_fold_permission p on p.id = f.permission_id
    left join auth_fold_group g on g.id = f.group_id
    where p.id <> p.survivor or g.id <> g.survivor
), gone as (
    delete from permission_groups f using moving
    where f.permission_id = moving.permission_id and f.group_id = moving.group_id
)
insert into permission_groups (permission_id, group_id)
select distinct to_permission, to_group from moving where not would_revive
on conflict do nothing;

update auth_group g
set description = coalesce(g.description, same.description),
    date_created = same.date_created,
    modified = same.modified
from (
    select survivor,
        (array_agg(description order by is_active desc, id) filter (where description is not null))[1] as description,
        min(date_created) as date_created,
        max(modified) as modified
    from auth_fold_group group by survivor
) same
where g.id = same.survivor;

update auth_membership m
set date_created = same.date_created, modified = same.modified
from (
    select survivor, min(date_created) as date_created, max(modified) as modified
    from auth_fold_membership group by survivor
) same
where m.id = same.survivor;

update auth_permission p
set date_created = same.date_created, modified = same.modified
from (
    select survivor, min(date_created) as date_created, max(modified) as modified
    from auth_fold_permission group by survivor
) same
where p.id = same.survivor;

delete from auth_group using auth_fold_group same where auth_group.id = same.id and same.id <> same.survivor;
delete from auth_membership using auth_fold_membership same where auth_membership.id = same.id and same.id <> same.survivor;
delete from auth_permission using auth_fold_permission same where auth_permission.id = same.id and same.id <> same.survivor;

update auth_group set creator = auth_fold_creator(creator) where creator <> auth_fold_creator(creator);
update auth_membership set creator = auth_fold_creator(creator) where creator <> auth_fold_creator(creator);
update auth_permission set creator = auth_fold_creator(creator) where creator <> auth_fold_creator(creator);

drop table auth_fold_group, auth_fold_membership, auth_fold_permission;
drop function auth_fold_creator(text);

-- From here on the tables themselves see to it. Asked for by shape, because older installations named it as they liked.
do $$
declare
    entity record;
begin
    for entity in
        select wanted.relation, wanted.name
        from (values
            ('auth_group', 'role'),
            ('auth_membership', 'user'),
            ('auth_permission', 'name')) as wanted (relation, name)
        where not exists (
            select from pg_index i
            where i.indrelid = wanted.relation::regclass
                and i.indisunique and i.indimmediate and i.indisvalid and i.indpred is null and i.indnkeyatts = 2
                and (select array_agg(a.attname::text order by k.place)
                     from unnest(i.indkey::int2[]) with ordinality as k (attnum, place)
                     join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
                     where k.place <= i.indnkeyatts) = array['creator', wanted.name])
    loop
        execute format('alter table %I add unique (creator, %I)', entity.relation, entity.name);
    end loop;
end
$$;
