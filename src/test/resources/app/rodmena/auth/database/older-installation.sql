-- What an older installation of the service this protocol comes from looks like: narrow columns, defaults in the code
-- and not in the tables, no unique constraints, and rows that years of operation left behind.

create table auth_group (
    id serial primary key,
    creator varchar(64) not null,
    role varchar(32) not null,
    description varchar(256),
    is_active boolean,
    date_created timestamp without time zone,
    modified timestamp without time zone
);
create index ix_auth_group_id on auth_group (id);
create index ix_auth_group_creator on auth_group (creator);
create index ix_auth_group_role on auth_group (role);

create table auth_membership (
    id serial primary key,
    "user" varchar(64) not null,
    creator varchar(64) not null,
    is_active boolean,
    date_created timestamp without time zone,
    modified timestamp without time zone
);
create index ix_auth_membership_creator on auth_membership (creator);
create index ix_auth_membership_user on auth_membership ("user");

create table auth_permission (
    id serial primary key,
    name varchar(64) not null,
    creator varchar(64) not null,
    is_active boolean,
    date_created timestamp without time zone,
    modified timestamp without time zone
);
create index ix_auth_permission_creator on auth_permission (creator);

create table membership_groups (
    membership_id integer references auth_membership (id),
    group_id integer references auth_group (id)
);
create table permission_groups (
    permission_id integer not null references auth_permission (id),
    group_id integer not null references auth_group (id),
    primary key (permission_id, group_id)
);

-- Tenant a… in lower case, A… its second self in upper case, b… only in upper case, and a creator that is no key.
insert into auth_group (id, creator, role, description, is_active, date_created, modified) values
    (1, 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa', 'admin', null, true, '2020-01-02', '2020-01-02'),
    (2, 'AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA', 'admin', 'from upper case', true, '2019-05-05', '2021-05-05'),
    (3, 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa', 'viewer', null, true, null, null),
    (4, 'AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA', 'viewer', 'dead', false, '2018-01-01', '2018-01-01'),
    (5, 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa', 'editor', null, false, '2020-01-01', '2020-01-01'),
    (6, 'AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA', 'editor', null, true, '2020-01-01', '2020-01-01'),
    (7, 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa', 'gone', 'kept for the record', false, '2020-01-01', '2020-01-01'),
    (8, 'BBBBBBBB-BBBB-4BBB-8BBB-BBBBBBBBBBBB', 'admin', null, true, '2020-01-01', '2020-01-01'),
    (9, 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa', 'unknown', null, null, null, null),
    (10, 'Workflow_Checker', 'Bot', null, true, '2020-01-01', '2020-01-01'),
    (11, 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa', 'admin', 'twice', true, '2022-01-01', '2022-01-01'),
    (12, 'AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA', 'gone', null, false, '2020-01-01', '2020-01-01');
select setval('auth_group_id_seq', 12);

insert into auth_membership (id, creator, "user", is_active, date_created, modified) values
    (1, 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa', 'ann', true, '2020-01-01', '2020-01-01'),
    (2, 'AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA', 'ann', true, '2020-01-01', '2020-01-01'),
    (3, 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa', 'bob', true, '2020-01-01', '2020-01-01'),
    (4, 'AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA', 'bob', false, '2020-01-01', '2020-01-01'),
    (5, 'AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA', 'cid', true, '2020-01-01', '2020-01-01'),
    (6, 'BBBBBBBB-BBBB-4BBB-8BBB-BBBBBBBBBBBB', 'ann', true, '2020-01-01', '2020-01-01'),
    (7, 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa', 'dan', null, null, null),
    (8, 'Workflow_Checker', 'bot', true, null, null);
select setval('auth_membership_id_seq', 8);

insert into auth_permission (id, creator, name, is_active, date_created, modified) values
    (1, 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa', 'read', true, '2020-01-01', '2020-01-01'),
    (2, 'AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA', 'read', true, '2020-01-01', '2020-01-01'),
    (3, 'AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA', 'write', true, '2020-01-01', '2020-01-01'),
    (4, 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa', 'erase', true, '2020-01-01', '2020-01-01'),
    (5, 'AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA', 'erase', false, '2020-01-01', '2020-01-01'),
    (6, 'BBBBBBBB-BBBB-4BBB-8BBB-BBBBBBBBBBBB', 'read', true, '2020-01-01', '2020-01-01');
select setval('auth_permission_id_seq', 6);

insert into membership_groups (membership_id, group_id) values
    (1, 1), (1, 1), (2, 2), (5, 2),   -- ann is admin in both cases, once twice over; cid only in upper case
    (3, 3),                           -- bob is a viewer
    (4, 2),                           -- a dead bob was an admin
    (2, 4),                           -- ann had the dead viewer role
    (1, 5),                           -- ann had the dead editor role
    (5, 6),                           -- cid has the living one
    (1, 7), (2, 12),                  -- ann had the role that is gone in both cases
    (6, 8), (7, 1), (3, 9), (8, 10), (3, 11);
insert into permission_groups (permission_id, group_id) values
    (1, 1), (2, 2), (3, 2),           -- admin reads and writes
    (5, 2),                           -- and once could erase
    (3, 4),                           -- the dead viewer could write
    (1, 3), (4, 5), (2, 6), (4, 7), (6, 8), (1, 9);
