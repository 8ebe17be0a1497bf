package app.rodmena.auth.rbac;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.DatabaseFailure;
import app.rodmena.auth.pool.event.CallContext;
import java.util.concurrent.CompletionStage;

/**
 * The users of a tenant: a user exists from its first membership until it is deleted. All results come from the
 * database; without a result, the stage completes with a {@link DatabaseFailure}. Thread-safe.
 */
public final class Users {
    static final TenantListQuery<String> LIST =
            TenantBatchQuery.list(RowMappers::text, ListOrder.by(name -> name), """
            /* users.list */
            select "user" from auth_membership
            where creator = :creator and is_active
                and ("user" collate "C" > :after) is not false
            order by "user" collate "C"
            limit :limit
            """);

    /**
     * Separate statements, as for {@link Roles}. The row of the user is the lock of its memberships: a concurrent grant
     * has either committed before the first statement, or waits for it and then adds the user again.
     */
    static final String DELETE = """
            /* users.delete */
            with deleted as (
                update auth_membership set is_active = false, modified = now()
                where creator = :creator and "user" = :user and is_active
                returning true
            )
            insert into auth_change (creator, change, "user") select :creator, 'user_deleted', :user from deleted;
            /* users.delete */
            with held as (
                -- In order of the keys, so that concurrent purges cannot deadlock.
                select mg.membership_id, mg.group_id from membership_groups mg
                where mg.membership_id = (
                    select id from auth_membership where creator = :creator and "user" = :user and not is_active
                    for no key update)
                order by mg.membership_id, mg.group_id
                for update
            )
            delete from membership_groups mg using held
            where mg.membership_id = held.membership_id and mg.group_id = held.group_id
            """;

    private final DatabaseEngine database;

    public Users(DatabaseEngine database) {
        this.database = database;
    }

    /** All users that are not deleted, by name. */
    public Listing<String> list(CallContext caller, ClientKey key) {
        return new Listing<>(database, caller, LIST, new TenantQuery(key));
    }

    /** Deletes the user with its memberships; false if there is no such user. */
    public CompletionStage<Boolean> delete(CallContext caller, ClientKey key, UserName user) {
        return database.call(
                caller,
                handle -> handle.createUpdate(DELETE)
                                .bind("creator", key.creator())
                                .bind("user", user.value())
                                .execute()
                        > 0);
    }
}
