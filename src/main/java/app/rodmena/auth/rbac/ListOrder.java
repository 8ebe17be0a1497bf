package app.rodmena.auth.rbac;

import java.util.List;
import java.util.function.Function;

/**
 * The columns that a list is ordered by, which identify a row of the list. The statements of the list return the rows
 * after the position in the parameters, or all rows if these are null.
 *
 * @param columns return a row's values of the columns
 * @param parameters the names of the parameters
 */
record ListOrder<T>(List<Function<? super T, String>> columns, List<String> parameters) {
    static <T> ListOrder<T> by(Function<? super T, String> column) {
        return new ListOrder<>(List.of(column), List.of("after"));
    }

    static <T> ListOrder<T> by(Function<? super T, String> column, Function<? super T, String> second) {
        return new ListOrder<>(List.of(column, second), List.of("after", "afterrole"));
    }

    List<String> position(T row) {
        return columns.stream().map(column -> column.apply(row)).toList();
    }
}
