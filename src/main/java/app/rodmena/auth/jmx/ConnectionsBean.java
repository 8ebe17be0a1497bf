package app.rodmena.auth.jmx;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.jmx.mapping.Table;
import app.rodmena.auth.pool.ConnectionView;
import app.rodmena.auth.pool.WaiterView;
import app.rodmena.auth.schema.Description;
import java.util.List;

@Description("All physical connections of the pool, and all callers waiting for one")
final class ConnectionsBean {
    private final DatabaseEngine engine;

    ConnectionsBean(DatabaseEngine engine) {
        this.engine = engine;
    }

    @Description(
            "All physical connections; each row is consistent in itself, rows may be of slightly different instants")
    public Table<ConnectionView> getConnections() {
        return new Table<>(engine.pool().connections());
    }

    @Description("All callers waiting for a connection, in the order in which they are served")
    public List<WaiterView> getWaiters() {
        return engine.pool().waiters();
    }
}
