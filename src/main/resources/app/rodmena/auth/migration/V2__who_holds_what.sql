-- The two tables of facts: which user has which role, which role has which permission.

create table if not exists membership_groups (
    membership_id integer not null references auth_membership (id),
    group_id integer not null references auth_group (id),
    primary key (membership_id, group_id)
);

create table if not exists permission_groups (
    permission_id integer not null references auth_permission (id),
    group_id integer not null references auth_group (id),
    primary key (permission_id, group_id)
);

lock table membership_groups, permission_groups in access exclusive mode;

-- A fact is there once. Where nothing saw to that so far, repetitions go before the key comes.
do $$
declare
    junction record;
begin
    for junction in
        select wanted.relation, wanted.holder,
            exists (select from pg_index where indrelid = wanted.relation::regclass and indisprimary) as has_key
        from (values
            ('membership_groups', 'membership_id'),
            ('permission_groups', 'permission_id')) as wanted (relation, holder)
        where not exists (
            select from pg_index i
            where i.indrelid = wanted.relation::regclass
                and i.indisunique and i.indimmediate and i.indisvalid and i.indpred is null and i.indnkeyatts = 2
                and (select array_agg(a.attname::text order by k.place)
                     from unnest(i.indkey::int2[]) with ordinality as k (attnum, place)
                     join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
                     where k.place <= i.indnkeyatts) = array[wanted.holder, 'group_id'])
    loop
        execute format('delete from %1$I where %2$I is null or group_id is null', junction.relation, junction.holder);
        execute format(
            'delete from %1$I f using (
                 select ctid, row_number() over (partition by %2$I, group_id order by ctid) as repetition from %1$I) r
             where f.ctid = r.ctid and r.repetition > 1',
            junction.relation, junction.holder);
        execute format('alter table %I add %s (%I, group_id)',
            junction.relation, case when junction.has_key then 'unique' else 'primary key' end, junction.holder);
    end loop;
end
$$;

-- The other direction: everything that a role gives, and everyone who has it.
create index if not exists membership_groups_group_id_idx on membership_groups (group_id, membership_id);
create index if not exists permission_groups_group_id_idx on permission_groups (group_id, permission_id);
