-- The changes of roles, users and permissions, each written in the transaction that makes it. The order of the ids is
-- that of the changes of one name, because an id is taken under the locks of its change. Transactions that commit late
-- are found by creator and xid. Old rows are deleted in the order of the primary key.
create table auth_change (
    xid xid8 not null default pg_current_xact_id(),
    id bigint generated always as identity,
    creator text not null,
    date_created timestamptz not null default now(),
    change text not null,
    "user" text,
    role text,
    permission text,
    description text,
    primary key (xid, id)
);

create index auth_change_creator_id_idx on auth_change (creator, id);
create index auth_change_creator_xid_id_idx on auth_change (creator, xid, id);

-- The last deleted row: a reader that has not read up to it misses changes.
create table auth_change_horizon (
    single boolean primary key default true check (single),
    xid xid8 not null,
    id bigint not null
);

insert into auth_change_horizon (xid, id) values ('0', 0);

-- Roles that may write one of the other tables, or columns of it, but do not own them, write changes with it. Roles that
-- may read one read changes.
do $$
declare
    other record;
begin
    for other in
        select case when acl.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(acl.grantee)) end as name,
            concat_ws(', ',
                case when bool_or(acl.privilege_type = 'SELECT') then 'select' end,
                case when bool_or(acl.privilege_type in ('INSERT', 'UPDATE', 'DELETE')) then 'insert' end,
                case when bool_or(acl.privilege_type = 'INSERT' and acl.whole and acl.table_name = 'membership_groups')
                    then 'select, update, delete' end) as privileges
        from (
            select c.oid, c.relname as table_name, true as whole, a.grantee, a.privilege_type, c.relowner
            from pg_class c cross join lateral aclexplode(c.relacl) a
            union all
            select c.oid, c.relname, false, a.grantee, a.privilege_type, c.relowner
            from pg_class c join pg_attribute t on t.attrelid = c.oid and not t.attisdropped
                cross join lateral aclexplode(t.attacl) a
        ) acl
        where acl.oid in ('auth_group'::regclass, 'auth_membership'::regclass, 'auth_permission'::regclass,
                'membership_groups'::regclass, 'permission_groups'::regclass)
            and acl.grantee <> acl.relowner
            and acl.privilege_type in ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
        group by acl.grantee
    loop
        execute format('grant %s on auth_change, auth_change_horizon to %s', other.privileges, other.name);
    end loop;
end
$$;
