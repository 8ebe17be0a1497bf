package app.rodmena.auth.jconsole;

import app.rodmena.auth.jconsole.PoolReading.Holder;
import java.util.List;
import java.util.function.Function;
import javax.swing.table.AbstractTableModel;

/** The connections in use, one per row. For Swing's thread only. */
final class HoldersTable extends AbstractTableModel {
    private static final long serialVersionUID = 1;

    private static final List<Column> COLUMNS = List.of(
            new Column("id", 30, Integer.class, Holder::connection),
            new Column("pid", 50, Integer.class, Holder::backendPid),
            new Column("held, ms", 60, Long.class, Holder::heldMillis),
            new Column("verdict", 100, String.class, Holder::verdict),
            new Column("reason", 250, String.class, Holder::because),
            new Column("route", 130, String.class, Holder::route),
            new Column("tenant", 70, String.class, Holder::tenant),
            new Column("thread", 60, String.class, Holder::thread),
            new Column("last statement", 200, String.class, Holder::statement));

    private transient List<Holder> holders = List.of();

    /** A column; numbers keep their type, so that they are sorted as numbers. */
    private record Column(String title, int width, Class<?> type, Function<Holder, Object> value) {}

    void show(List<Holder> now) {
        holders = List.copyOf(now);
        fireTableDataChanged();
    }

    /** The preferred width of a column in pixels. */
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
