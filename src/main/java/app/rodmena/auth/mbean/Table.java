package app.rodmena.auth.mbean;

import java.util.List;

/** Rows that clients get as TabularData, which has no order. What has one is a {@code List}. */
public record Table<R extends Record>(List<R> rows) {
    public Table {
        rows = List.copyOf(rows);
    }
}
