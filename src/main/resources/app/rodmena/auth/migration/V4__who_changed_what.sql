-- The changes of roles, users and permissions, each written in the transaction that makes it. The order of the ids is
-- that of the changes of one name, because an id is taken under the locks of its change. Transactions that commit late
-- are found by xid. Old rows are deleted in the order of the primary key.
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

-- The last deleted row: a reader that has not read up to it misses changes.
create table auth_change_horizon (
    single boolean primary key default true check (single),
    xid xid8 not null,
    id bigint not null
);

insert into auth_change_horizon (xid, id) values ('0', 0);

-- Roles that may write memberships, but do not own the tables, write changes with them.
do $$
declare
    writer record;
begin
    for writer in
        select distinct acl.grantee, pg_get_userbyid(acl.grantee) as name
        from pg_class c cross join lateral aclexplode(c.relacl) acl
        where c.oid = 'membership_groups'::regclass and acl.privilege_type = 'INSERT' and acl.grantee <> c.relowner
    loop
        execute format('grant select, insert, update, delete on auth_change, auth_change_horizon to %s',
            case when writer.grantee = 0 then 'public' else quote_ident(writer.name) end);
    end loop;
end
$$;
