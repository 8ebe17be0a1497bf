package app.rodmena.auth.bench;

import picocli.CommandLine.ITypeConverter;

/** A number as people write it: 1k, 100k, 1M. */
final class Size implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
        return Integer.valueOf(text.replaceFirst("[kK]$", "000")
                .replaceFirst("[mM]$", "000000")
                .strip());
    }
}
