package app.rodmena.auth.cli;

import app.rodmena.auth.common.WireNamed;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Converts the name of a constant. */
public class WireNameConverter<E extends Enum<E> & WireNamed> implements ITypeConverter<E> {
    private final Class<E> type;

    public WireNameConverter(Class<E> type) {
        this.type = type;
    }

    @Override
    public E convert(String text) {
        return WireNamed.find(type, text)
                .orElseThrow(() ->
                        new TypeConversionException("must be one of " + String.join(", ", WireNamed.names(type))));
    }
}
