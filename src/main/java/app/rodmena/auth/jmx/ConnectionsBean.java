package app.rodmena.auth.jmx;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.mbean.Describe;
import app.rodmena.auth.mbean.Table;
import app.rodmena.auth.views.ConnectionRow;
import app.rodmena.auth.views.WaiterRow;
import java.time.Instant;
import java.util.List;

@Describe("Every physical connection of the pool, and every caller that waits for one")
final class ConnectionsBean {
    private final DatabaseEngine engine;

    ConnectionsBean(DatabaseEngine engine) {
        this.engine = engine;
    }

    @Describe("Every physical connection; each row is true of itself, rows may be of slightly different instants")
    public Table<ConnectionRow> getConnections() {
        Instant now = Instant.now();
        return new Table<>(engine.connections().stream()
                .map(view -> ConnectionRow.of(view, now))
                .toList());
    }

    @Describe("Everybody who waits for a connection, whoever is next first")
    public List<WaiterRow> getWaiters() {
        return engine.waiters().stream().map(WaiterRow::of).toList();
    }
}
