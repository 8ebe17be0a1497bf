package app.rodmena.auth.rbac;

/**
 * The SQL of the links between an entry, which is a user or a permission, and its roles: grants, revokes, and what the
 * deletion of an entry or a role removes. In the statements, {@code {entry}} stands for the table, {@code {name}} for
 * the column with its name, and {@code {column}} for its column in the table of {@link Changes}.
 */
final class RoleGrants {
    private static final String GRANT = """
            /* {kind}.grant */
            with granting as (
                -- Shared until commit: a concurrent deletion of the role waits, and then sees this grant.
                select id from auth_group
                where creator = :creator and role = :role and is_active
                for share
            ), known as (
                select entry.id, entry.is_active from auth_{entry} entry, granting
                where entry.creator = :creator and entry."{name}" = :{name}
                for no key update of entry
            ), revived as (
                update auth_{entry} entry set is_active = true, modified = now() from known
                where entry.id = known.id and not known.is_active
            ), stale as (
                -- The roles of a reactivated entry must not come back. In order of the keys, so that
                -- concurrent purges cannot deadlock.
                select held.{entry}_id, held.group_id
                from {entry}_groups held, known, granting
                where held.{entry}_id = known.id and not known.is_active
                    and held.group_id <> granting.id
                order by held.{entry}_id, held.group_id
                for update of held
            ), purged as (
                delete from {entry}_groups held using stale
                where held.{entry}_id = stale.{entry}_id and held.group_id = stale.group_id
            ), added as (
                -- A conflict: another client is adding the same entry.
                insert into auth_{entry} (creator, "{name}")
                select :creator, :{name} from granting where not exists (select from known)
                on conflict (creator, "{name}") do update set is_active = true
                returning id
            ), granted as (
                insert into {entry}_groups ({entry}_id, group_id)
                select entry.id, granting.id
                from granting, (select id from known union all select id from added) entry
                on conflict do nothing
                returning true
            ), recorded as (
                insert into auth_change (creator, change, "{column}", role)
                select :creator, '{entry}_granted', :{name}, :role from granting
                where exists (select from granted) or exists (select from known where not is_active)
            )
            select exists (select from granting)
            """;

    private static final String GRANT_BATCH = """
            /* {kind}.grant_together */
            with granting as materialized (
                -- Shared until commit: a concurrent deletion of the role waits, and then sees this grant.
                select input.ordinal, input.creator, input."{name}", input.role, g.id as group_id
                from unnest(:creators, :{name}s, :roles) with ordinality input (creator, "{name}", role, ordinal)
                cross join lateral (
                    select id from auth_group
                    where creator = input.creator and role = input.role and is_active
                    for share) g
            ), known as materialized (
                -- In order of the names, here and below, so that concurrent batches cannot deadlock.
                select entry.id, entry.is_active, wanted.creator, wanted."{name}"
                from (select distinct creator, "{name}" from granting order by creator, "{name}") wanted
                cross join lateral (
                    select id, is_active from auth_{entry}
                    where creator = wanted.creator and "{name}" = wanted."{name}"
                    for no key update) entry
            ), revived as (
                update auth_{entry} entry set is_active = true, modified = now() from known
                where entry.id = known.id and not known.is_active
            ), stale as (
                select held.{entry}_id, held.group_id
                from known
                cross join lateral (
                    select {entry}_id, group_id from {entry}_groups
                    where {entry}_id = known.id
                    order by group_id
                    for update) held
                where not known.is_active and not exists (
                    select from granting
                    where granting.creator = known.creator and granting."{name}" = known."{name}"
                        and granting.group_id = held.group_id)
            ), purged as (
                delete from {entry}_groups held using stale
                where held.{entry}_id = stale.{entry}_id and held.group_id = stale.group_id
            ), added as (
                insert into auth_{entry} (creator, "{name}")
                select distinct creator, "{name}" from granting
                where not exists (
                    select from known where known.creator = granting.creator and known."{name}" = granting."{name}")
                order by creator, "{name}"
                on conflict (creator, "{name}") do update set is_active = true
                returning id, creator, "{name}"
            ), granted as (
                insert into {entry}_groups ({entry}_id, group_id)
                select entry.id, granting.group_id
                from granting
                join (
                    select id, creator, "{name}" from known
                    union all select id, creator, "{name}" from added) entry using (creator, "{name}")
                order by entry.id, granting.group_id
                on conflict do nothing
                returning {entry}_id, group_id
            ), recorded as (
                insert into auth_change (creator, change, "{column}", role)
                select creator, '{entry}_granted', granting."{name}", granting.role
                from granting
                join (
                    select id, creator, "{name}", is_active from known
                    union all select id, creator, "{name}", true from added) entry using (creator, "{name}")
                where not entry.is_active or exists (
                    select from granted
                    where granted.{entry}_id = entry.id and granted.group_id = granting.group_id)
            )
            select granting.ordinal is not null
            from unnest(:creators) with ordinality input (creator, ordinal)
            left join granting using (ordinal)
            order by ordinal
            """;

    private static final String REVOKE = """
            /* {kind}.revoke */
            with removed as (
                delete from {entry}_groups
                where {entry}_id = (
                        select id from auth_{entry} where creator = :creator and "{name}" = :{name})
                    and group_id = (
                        select id from auth_group where creator = :creator and role = :role)
                returning true
            ), recorded as (
                insert into auth_change (creator, change, "{column}", role)
                select :creator, '{entry}_revoked', :{name}, :role from removed
            )
            select true
            """;

    private static final String REVOKE_BATCH = """
            /* {kind}.revoke_together */
            with held as (
                -- In order of the keys, so that concurrent deletions cannot deadlock.
                select held.{entry}_id, held.group_id, wanted.creator, wanted."{name}", wanted.role
                from (
                    select entry.id as {entry}_id, g.id as group_id, input.creator, input."{name}", input.role
                    from unnest(:creators, :{name}s, :roles) input (creator, "{name}", role)
                    cross join lateral (
                        select id from auth_{entry}
                        where creator = input.creator and "{name}" = input."{name}" offset 0) entry
                    cross join lateral (
                        select id from auth_group
                        where creator = input.creator and role = input.role offset 0) g
                    order by entry.id, g.id) wanted
                cross join lateral (
                    select {entry}_id, group_id from {entry}_groups
                    where {entry}_id = wanted.{entry}_id and group_id = wanted.group_id
                    for update) held
            ), removed as (
                delete from {entry}_groups using held
                where {entry}_groups.{entry}_id = held.{entry}_id and {entry}_groups.group_id = held.group_id
                returning held.creator, held."{name}", held.role
            ), recorded as (
                insert into auth_change (creator, change, "{column}", role)
                select creator, '{entry}_revoked', "{name}", role from removed
            )
            select true from unnest(:creators)
            """;

    private static final String DELETE = """
            /* {kind}.delete */
            with deleted as (
                update auth_{entry} set is_active = false, modified = now()
                where creator = :creator and "{name}" = :{name} and is_active
                returning true
            )
            insert into auth_change (creator, change, "{column}") select :creator, '{column}_deleted', :{name} from deleted;
            /* {kind}.delete */
            with held as (
                -- In order of the keys, so that concurrent purges cannot deadlock.
                select held.{entry}_id, held.group_id from {entry}_groups held
                where held.{entry}_id = (
                    select id from auth_{entry} where creator = :creator and "{name}" = :{name} and not is_active
                    for no key update)
                order by held.group_id
                for update
            )
            delete from {entry}_groups using held
            where {entry}_groups.{entry}_id = held.{entry}_id and {entry}_groups.group_id = held.group_id
            """;

    private static final String PURGE = """
            /* {statement} */
            with held as (
                -- In order of the keys, so that concurrent purges cannot deadlock.
                select held.{entry}_id, held.group_id from {entry}_groups held
                where held.group_id = (
                    select id from auth_group where creator = :creator and role = :role and not is_active)
                order by held.{entry}_id, held.group_id
                for update
            )
            delete from {entry}_groups using held
            where {entry}_groups.{entry}_id = held.{entry}_id and {entry}_groups.group_id = held.group_id""";

    private static final String PURGE_BATCH = """
            /* {statement} */
            with held as (
                select held.{entry}_id, held.group_id
                from unnest(:creators, :roles) input (creator, role)
                cross join lateral (
                    select id from auth_group
                    where creator = input.creator and role = input.role and not is_active offset 0) g
                cross join lateral (
                    select {entry}_id, group_id from {entry}_groups
                    where group_id = g.id
                    order by {entry}_id
                    for update) held
            )
            delete from {entry}_groups using held
            where {entry}_groups.{entry}_id = held.{entry}_id and {entry}_groups.group_id = held.group_id""";

    private RoleGrants() {}

    /** Links the entry, which is created if needed, to the role; false if the role does not exist. */
    static TenantBatchQuery<Boolean> grant(String kind, String entry, String name, String... parameterNames) {
        return TenantBatchQuery.write(of(GRANT, kind, entry, name), of(GRANT_BATCH, kind, entry, name), parameterNames);
    }

    /** Removes the link; true, also if there was none. */
    static TenantBatchQuery<Boolean> revoke(String kind, String entry, String name, String... parameterNames) {
        return TenantBatchQuery.write(
                of(REVOKE, kind, entry, name), of(REVOKE_BATCH, kind, entry, name), parameterNames);
    }

    /**
     * The statements that delete an entry, then its links; separate, as for {@link Roles}. The row of the entry is the
     * lock of its links: a concurrent grant has either committed before the first statement, or waits for it and then
     * adds the entry again.
     */
    static String deletion(String kind, String entry, String name) {
        return of(DELETE, kind, entry, name);
    }

    /** Inserts, for {@code {purge}}, the statements that remove the links of a deleted role. */
    static String withPurge(String name, String statements) {
        return insert(PURGE, name, statements);
    }

    /** As {@link #withPurge}, for the roles of a batch. */
    static String withBatchPurge(String name, String statements) {
        return insert(PURGE_BATCH, name, statements);
    }

    private static String insert(String purge, String name, String statements) {
        String named = purge.replace("{statement}", name);
        return statements.replace(
                "{purge}", named.replace("{entry}", "membership") + ";\n" + named.replace("{entry}", "permission"));
    }

    private static String of(String statement, String kind, String entry, String name) {
        return statement
                .replace("{kind}", kind)
                .replace("{entry}", entry)
                .replace("{name}", name)
                .replace("{column}", name.equals("user") ? name : entry);
    }
}
