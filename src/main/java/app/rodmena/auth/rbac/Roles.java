package app.rodmena.auth.rbac;

import app.rodmena.auth.database.BatchQuery;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.DatabaseFailure;
import app.rodmena.auth.pool.event.CallContext;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.Update;

/**
 * The roles of a tenant: create, delete, list. All results come from the database; without a result, the stage
 * completes with a {@link DatabaseFailure}. Thread-safe.
 *
 * <p>Creation and deletion send several statements in one round trip, which PostgreSQL runs as one transaction. They
 * must be separate statements, because only a later statement is certain to see grants that were uncommitted when the
 * first began. The row of a role is the lock of its memberships and permissions: a grant locks it shared, a deletion
 * exclusively. A deleted role gets no new grants, and its existing ones are removed.
 */
public record Roles(DatabaseEngine database) {
    static final TenantListQuery<RoleEntry> LIST = new TenantListQuery<>(RoleEntry::of, List.of(RoleEntry::role), """
            /* roles.list */
            select role, description from auth_group
            where creator = :creator and is_active
                and (role collate "C" > :after) is not false
            order by role collate "C"
            limit :limit
            """);

    /** Checks for an existing role before the insert, because a conflicting insert would consume an id. */
    static final String CREATE = RoleGrants.withPurge("roles.create", """
            {purge};
            /* roles.create */
            with created as (
                insert into auth_group (creator, role)
                select :creator, :role
                where not exists (select from auth_group where creator = :creator and role = :role and is_active)
                on conflict (creator, role)
                    do update set is_active = true, description = null, modified = now() where not auth_group.is_active
                returning true
            )
            insert into auth_change (creator, change, role) select :creator, 'role_created', :role from created
            """);

    private static final String CREATE_BATCH = RoleGrants.withBatchPurge("roles.create_together", """
            {purge};
            /* roles.create_together */
            with created as (
                insert into auth_group (creator, role)
                select distinct creator, role from unnest(:creators, :roles) input (creator, role)
                where not exists (
                    select from auth_group g where g.creator = input.creator and g.role = input.role and is_active)
                -- In order of the keys, so that concurrent batches cannot deadlock.
                order by creator, role
                on conflict (creator, role)
                    do update set is_active = true, description = null, modified = now() where not auth_group.is_active
                returning creator, role
            )
            insert into auth_change (creator, change, role) select creator, 'role_created', role from created
            """);

    static final String DELETE = RoleGrants.withPurge("roles.delete", """
            /* roles.delete */
            with deleted as (
                update auth_group set is_active = false, modified = now()
                where creator = :creator and role = :role and is_active
                returning true
            )
            insert into auth_change (creator, change, role) select :creator, 'role_deleted', :role from deleted;
            {purge}
            """);

    static final String DESCRIBE = """
            /* roles.describe */
            with found as (
                select id, description from auth_group
                where creator = :creator and role = :role and is_active
                for no key update
            ), described as (
                update auth_group set description = :description, modified = now()
                from found
                where auth_group.id = found.id and found.description is distinct from :description
                returning true
            ), recorded as (
                insert into auth_change (creator, change, role, description)
                select :creator, 'role_described', :role, :description from described
            )
            select exists (select from found)
            """;

    private static final BatchQuery<TenantQuery, Boolean> CREATION = new BatchQuery<>() {
        private static final int MAX_CREATIONS = 256;

        @Override
        public int maxBatchSize() {
            return MAX_CREATIONS;
        }

        @Override
        public Boolean execute(Handle handle, TenantQuery input) {
            Roles.execute(handle, CREATE, input.key(), "role", input.names().get(0));
            return true;
        }

        @Override
        public List<Boolean> executeBatch(Handle handle, List<TenantQuery> inputs) {
            Update creation = handle.createUpdate(CREATE_BATCH);
            TenantBatchQuery.bindArrays(creation, List.of("role"), inputs);
            creation.execute();
            return Collections.nCopies(inputs.size(), true);
        }
    };

    /**
     * An entry in the list of roles. Names from the database are plain strings, because older installations may contain
     * names that are invalid today.
     *
     * @param description the role's description; null if it has none
     */
    public record RoleEntry(String role, String description) {
        static RoleEntry of(ResultSet row, StatementContext context) throws SQLException {
            return new RoleEntry(row.getString(1), row.getString(2));
        }
    }

    /**
     * The description of a role.
     *
     * @param text 1 to {@value #MAX_LENGTH} characters without control characters; null for no description
     */
    public record RoleDescription(String text) {
        /** The size of the column in older installations. */
        private static final int MAX_LENGTH = 256;

        /** @throws InvalidValueException if the text is invalid */
        public RoleDescription {
            if (text != null && !isValid(text)) {
                throw new InvalidValueException(
                        "description: must be null, or 1 to %s characters without control characters"
                                .formatted(MAX_LENGTH));
            }
        }

        private static boolean isValid(String text) {
            long length = text.codePoints().count();
            return length >= 1
                    && length <= MAX_LENGTH
                    && text.codePoints()
                            .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
        }
    }

    /**
     * Creates the role if it does not exist. An existing role keeps its members; a deleted one is created without any.
     */
    public CompletionStage<Boolean> create(CallContext caller, ClientKey key, RoleName role) {
        return database.write(caller, CREATION, new TenantQuery(key, role.value()));
    }

    /** Deletes the role with its members and permissions; false if there is no such role. */
    public CompletionStage<Boolean> delete(CallContext caller, ClientKey key, RoleName role) {
        return database.call(caller, handle -> execute(handle, DELETE, key, "role", role.value()) > 0);
    }

    /** Sets the description of the role; false if there is no such role. */
    public CompletionStage<Boolean> describe(
            CallContext caller, ClientKey key, RoleName role, RoleDescription description) {
        return database.call(
                caller,
                handle -> handle.createQuery(DESCRIBE)
                        .bind("creator", key.creator())
                        .bind("role", role.value())
                        .bind("description", description.text())
                        .map(TenantBatchQuery::bool)
                        .one());
    }

    /** All roles that are not deleted, by name. */
    public Listing<RoleEntry> list(CallContext caller, ClientKey key) {
        return new Listing<>(database, caller, LIST, new TenantQuery(key));
    }

    /** Runs statements with one name; returns the number of rows that the first of them changed. */
    static int execute(Handle handle, String statements, ClientKey key, String parameter, String name) {
        return handle.createUpdate(statements)
                .bind("creator", key.creator())
                .bind(parameter, name)
                .execute();
    }
}
