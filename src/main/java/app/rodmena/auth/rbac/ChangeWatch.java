package app.rodmena.auth.rbac;

import app.rodmena.auth.database.DatabaseEngine;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Finds the tenants with new changes, for all readers at once: one query, which reads the index entries of the new
 * changes only, on the monitor's connection. Not thread-safe.
 */
public final class ChangeWatch {
    /** A query that returns one row without a tenant if there are no new changes. */
    private static final String CHANGED = """
            /* changes.watch */
            select cast(pg_current_snapshot() as text), changed.creator
            from (values (1)) always
            left join (
                select creator from auth_change where xid = any (cast(string_to_array(?, ',') as xid8[]))
                union
                select creator from auth_change where xid >= cast(? as xid8)
            ) changed on true
            """;

    private final DatabaseEngine database;

    /** What the last query showed; everything before it, so that nothing is new. */
    private volatile ChangeSnapshot seen = ChangeSnapshot.ALL;

    public ChangeWatch(DatabaseEngine database) {
        this.database = database;
    }

    /** Forgets the last call: the next one does not know what is new. */
    public void reset() {
        seen = ChangeSnapshot.ALL;
    }

    /** The tenants with changes since the last call that succeeded; empty if that is unknown. */
    public CompletionStage<Optional<Set<ClientKey>>> changed() {
        return database.monitor().submit(this::query);
    }

    private Optional<Set<ClientKey>> query(Connection connection) throws SQLException {
        ChangeSnapshot since = seen;
        ChangeSnapshot now = since;
        Set<ClientKey> tenants = new HashSet<>();
        try (var statement = connection.prepareStatement(CHANGED)) {
            statement.setString(1, since.openText());
            statement.setString(2, Long.toString(since.max()));
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    now = ChangeSnapshot.parse(rows.getString(1));
                    ClientKey.ofCreator(rows.getString(2)).ifPresent(tenants::add);
                }
            }
        }
        seen = now;
        // A smaller snapshot is that of another database.
        return now.max() < since.max() ? Optional.empty() : Optional.of(tenants);
    }
}
