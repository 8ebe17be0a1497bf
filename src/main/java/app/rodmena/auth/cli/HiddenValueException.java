package app.rodmena.auth.cli;

import picocli.CommandLine.TypeConversionException;

/** A value is invalid, and the error must not quote it, because it may contain a secret. */
public final class HiddenValueException extends TypeConversionException {
    private static final long serialVersionUID = 1;

    /** @param rule what is allowed */
    public HiddenValueException(String rule) {
        super(rule);
    }
}
