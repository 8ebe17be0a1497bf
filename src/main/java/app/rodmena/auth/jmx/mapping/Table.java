package app.rodmena.auth.jmx.mapping;

import java.util.List;

/** Rows that clients receive as TabularData, which has no order. Ordered rows use a {@code List}. */
public record Table<R extends Record>(List<R> rows) {
    public Table {
        rows = List.copyOf(rows);
    }
}
