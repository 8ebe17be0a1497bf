package app.rodmena.auth.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Converts a whole number, and refuses one outside a range. */
public abstract class IntegerRange implements ITypeConverter<Integer> {
    private final int max;

    /** The range from 1 to {@code max}. */
    protected IntegerRange(int max) {
        this.max = max;
    }

    @Override
    public Integer convert(String text) {
        long number = text.matches("\\d{1,10}") ? Long.parseLong(text) : 0;
        if (number < 1 || number > max) {
            throw new TypeConversionException("must be 1 to " + max);
        }
        return (int) number;
    }
}
