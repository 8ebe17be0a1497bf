package app.rodmena.auth.bench;

import picocli.CommandLine.ITypeConverter;

/** Converts numbers with a unit: 1k, 100k, 10M. */
final class SizeConverter implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
        return Integer.valueOf(text.replaceFirst("[kK]$", "000")
                .replaceFirst("[mM]$", "000000")
                .strip());
    }
}
