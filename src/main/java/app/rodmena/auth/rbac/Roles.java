package app.rodmena.auth.rbac;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.DatabaseFailure;
import app.rodmena.auth.events.Caller;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.Handle;

/**
 * The roles of a tenant: create, delete, list. Thread-safe. Every answer comes from the database; where it gave none,
 * the stage completes with a {@link DatabaseFailure}.
 *
 * <p>The row of a role is the lock of whatever hangs on it. A grant holds it shared, a deletion or re-creation alone;
 * and these two remove grants in a statement after the one that takes the lock, because only a later statement is sure
 * to see the grants that were still under way when this one began.
 */
public final class Roles {
    static final Questions<List<RoleEntry>> LIST = Questions.list(Rows::roleEntry, """
            /* roles.list */
            select role, description from auth_group
            where creator = :creator and is_active
            order by role collate "C"
            """, """
            /* roles.list_together */
            select found.role, found.description, asked.place
            from unnest(:creators) with ordinality asked (creator, place)
            cross join lateral (
                select role, description from auth_group
                where creator = asked.creator and is_active
                offset 0) found
            order by asked.place, found.role collate "C"
            """);

    private final DatabaseEngine database;

    public Roles(DatabaseEngine database) {
        this.database = database;
    }

    /** Sees to it that the role exists. One that does keeps its members; one that was deleted starts without any. */
    public CompletionStage<Boolean> create(Caller caller, ClientKey key, RoleName role) {
        return database.call(
                caller,
                handle -> handle.inTransaction(transaction -> {
                    born(transaction, key, role).ifPresent(id -> purge(transaction, id));
                    return true;
                }));
    }

    /** Deletes the role with its members and permissions; false if there was no such live role. */
    public CompletionStage<Boolean> delete(Caller caller, ClientKey key, RoleName role) {
        return database.call(
                caller,
                handle -> handle.inTransaction(transaction -> {
                    Optional<Integer> deleted = buried(transaction, key, role);
                    deleted.ifPresent(id -> purge(transaction, id));
                    return deleted.isPresent();
                }));
    }

    /** All live roles, by name. */
    public CompletionStage<List<RoleEntry>> list(Caller caller, ClientKey key) {
        return database.ask(caller, LIST, new Question(key));
    }

    /** The id of the role if this made it live; empty if it was. A live role is looked at first, to spare its id. */
    private static Optional<Integer> born(Handle transaction, ClientKey key, RoleName role) {
        return transaction
                .createQuery("""
                        /* roles.create */
                        insert into auth_group (creator, role)
                        select :creator, :role
                        where not exists (
                            select from auth_group where creator = :creator and role = :role and is_active)
                        on conflict (creator, role)
                            do update set is_active = true, modified = now() where not auth_group.is_active
                        returning id
                        """)
                .bind("creator", key.creator())
                .bind("role", role.value())
                .map((row, context) -> row.getInt(1))
                .findOne();
    }

    private static Optional<Integer> buried(Handle transaction, ClientKey key, RoleName role) {
        return transaction
                .createQuery("""
                        /* roles.delete */
                        update auth_group set is_active = false, modified = now()
                        where creator = :creator and role = :role and is_active
                        returning id
                        """)
                .bind("creator", key.creator())
                .bind("role", role.value())
                .map((row, context) -> row.getInt(1))
                .findOne();
    }

    /** Takes everything off a role. In order of the keys, so that two that purge can't wait for each other. */
    private static void purge(Handle transaction, int role) {
        transaction.createUpdate("""
                        /* roles.purge_members */
                        with held as (
                            select membership_id, group_id from membership_groups where group_id = :role
                            order by membership_id, group_id
                            for update
                        )
                        delete from membership_groups fact using held
                        where fact.membership_id = held.membership_id and fact.group_id = held.group_id
                        """).bind("role", role).execute();
        transaction.createUpdate("""
                        /* roles.purge_permissions */
                        with held as (
                            select permission_id, group_id from permission_groups where group_id = :role
                            order by permission_id, group_id
                            for update
                        )
                        delete from permission_groups fact using held
                        where fact.permission_id = held.permission_id and fact.group_id = held.group_id
                        """).bind("role", role).execute();
    }
}
