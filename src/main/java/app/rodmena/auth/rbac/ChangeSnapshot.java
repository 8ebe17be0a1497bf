package app.rodmena.auth.rbac;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A snapshot of PostgreSQL: which transactions had ended. Those from {@code max} on may have been open, too.
 *
 * @param min all transactions before it had ended
 * @param max no transaction from it on had ended
 * @param open the transactions between them that had not ended, in their order
 */
record ChangeSnapshot(long min, long max, List<Long> open) {
    /** Shows nothing. */
    static final ChangeSnapshot EMPTY = new ChangeSnapshot(1, 1, List.of());

    private static final int RADIX = 36;

    /** Parses the form of {@code pg_current_snapshot}: {@code min:max:open,open}. */
    static ChangeSnapshot parse(String text) {
        String[] parts = text.split(":", -1);
        return new ChangeSnapshot(
                Long.parseLong(parts[0]),
                Long.parseLong(parts[1]),
                parts[2].isEmpty() ? List.of() : numbers(parts[2], 10));
    }

    /** The form of PostgreSQL. */
    String text() {
        return min + ":" + max + ":" + openText();
    }

    /** The open transactions, with commas between them. */
    String openText() {
        return open.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    /** A short form, because hundreds of transactions may be open. */
    String compact() {
        StringBuilder text = new StringBuilder(Long.toString(min, RADIX));
        text.append(',').append(Long.toString(max - min, RADIX));
        open.forEach(xid -> text.append(',').append(Long.toString(xid - min, RADIX)));
        return text.toString();
    }

    /** Parses the short form. */
    static ChangeSnapshot ofCompact(String text) {
        List<Long> numbers = numbers(text, RADIX);
        long min = numbers.get(0);
        return new ChangeSnapshot(
                min,
                min + numbers.get(1),
                numbers.stream().skip(2).map(xid -> min + xid).toList());
    }

    private static List<Long> numbers(String text, int radix) {
        return Arrays.stream(text.split(",", -1))
                .map(number -> Long.parseLong(number, radix))
                .toList();
    }
}
