package app.rodmena.auth.cli;

import app.rodmena.auth.common.DurationFormat;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Converts a duration with a unit, such as {@code 30s}. */
public final class DurationConverter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
        return DurationFormat.parse(text)
                .orElseThrow(() ->
                        new TypeConversionException("must be a duration such as 500ms, 30s, 5m or 1h, with its unit"));
    }
}
