package app.rodmena.auth.jconsole;

import app.rodmena.auth.jconsole.PoolReading.Holder;
import java.util.List;
import java.util.function.Function;
import javax.swing.table.AbstractTableModel;

/** Who has a connection, a row each. For Swing's thread only. */
final class HoldersTable extends AbstractTableModel {
    private static final long serialVersionUID = 1;

    private static final List<Column> COLUMNS = List.of(
            new Column("id", 30, Integer.class, Holder::connection),
            new Column("pid", 50, Integer.class, Holder::backendPid),
            new Column("held, ms", 60, Long.class, Holder::heldMillis),
            new Column("why", 100, String.class, Holder::verdict),
            new Column("because", 250, String.class, Holder::because),
            new Column("route", 130, String.class, Holder::route),
            new Column("tenant", 70, String.class, Holder::tenant),
            new Column("thread", 60, String.class, Holder::thread),
            new Column("last statement", 200, String.class, Holder::statement));

    private transient List<Holder> holders = List.of();

    /** What a column shows; numbers stay numbers, so that they are sorted as such. */
    private record Column(String title, int width, Class<?> type, Function<Holder, Object> value) {}

    void show(List<Holder> now) {
        holders = List.copyOf(now);
        fireTableDataChanged();
    }

    /** How wide a column should be, in pixels, or at least in proportion. */
    int width(int column) {
        return COLUMNS.get(column).width();
    }

    @Override
    public int getRowCount() {
        return holders.size();
    }

    @Override
    public int getColumnCount() {
        return COLUMNS.size();
    }

    @Override
    public String getColumnName(int column) {
        return COLUMNS.get(column).title();
    }

    @Override
    public Class<?> getColumnClass(int column) {
        return COLUMNS.get(column).type();
    }

    @Override
    public Object getValueAt(int row, int column) {
        return COLUMNS.get(column).value().apply(holders.get(row));
    }
}
