package app.rodmena.auth.rbac;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.DatabaseFailure;
import app.rodmena.auth.pool.event.CallContext;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * The users of a tenant: a user exists from its first membership until it is deleted. All results come from the
 * database; without a result, the stage completes with a {@link DatabaseFailure}. Thread-safe.
 */
public final class Users {
    static final TenantListQuery<String> LIST =
            TenantBatchQuery.list(TenantBatchQuery::text, List.of(name -> name), """
            /* users.list */
            select "user" from auth_membership
            where creator = :creator and is_active
                and ("user" collate "C" > :after) is not false
            order by "user" collate "C"
            limit :limit
            """);

    static final String DELETE = RoleGrants.deletion("users", "membership", "user");

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
        return database.call(caller, handle -> Roles.execute(handle, DELETE, key, "user", user.value()) > 0);
    }
}
