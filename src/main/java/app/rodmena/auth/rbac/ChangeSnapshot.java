package app.rodmena.auth.rbac;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
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
    /** Shows all transactions. */
    static final ChangeSnapshot ALL = new ChangeSnapshot(Long.MAX_VALUE, Long.MAX_VALUE, List.of());

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

    /** Whether a transaction had ended. */
    boolean shows(long xid) {
        return xid < max && Collections.binarySearch(open, xid) < 0;
    }

    /** The form of PostgreSQL. */
    String text() {
        return min + ":" + max + ":" + openText();
    }

    /** The open transactions, with commas between them. */
    String openText() {
        return open.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    /** A short form of differences, because hundreds of transactions may be open. */
    String compact() {
        StringBuilder text = new StringBuilder(Long.toString(min, RADIX));
        text.append(',').append(Long.toString(max - min, RADIX));
        long last = min;
        for (long xid : open) {
            text.append(',').append(Long.toString(xid - last, RADIX));
            last = xid;
        }
        return text.toString();
    }

    /** @throws InvalidValueException if this is not the short form of a snapshot */
    static ChangeSnapshot ofCompact(String text) {
        List<Long> numbers = numbers(text, RADIX);
        if (numbers.size() < 2) {
            throw ListCursor.invalid();
        }
        long min = numbers.get(0);
        long max = min + numbers.get(1);
        List<Long> open = new ArrayList<>();
        long last = min;
        for (long difference : numbers.subList(2, numbers.size())) {
            long xid = last + difference;
            if (xid < last || xid >= max || (difference == 0 && !open.isEmpty())) {
                throw ListCursor.invalid();
            }
            open.add(xid);
            last = xid;
        }
        if (min <= 0 || max < min) {
            throw ListCursor.invalid();
        }
        return new ChangeSnapshot(min, max, List.copyOf(open));
    }

    private static List<Long> numbers(String text, int radix) {
        return Arrays.stream(text.split(",", -1))
                .map(number -> Long.parseLong(number, radix))
                .toList();
    }
}
