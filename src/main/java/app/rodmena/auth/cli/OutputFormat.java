package app.rodmena.auth.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The output format of a command. */
public enum OutputFormat {
    TEXT,
    JSON,
    MARKDOWN;

    public static Optional<OutputFormat> of(String word) {
        return Arrays.stream(values())
                .filter(format -> format.word().equals(word))
                .findFirst();
    }

    /** The names of all formats on the command line. */
    public static List<String> words() {
        return Arrays.stream(values()).map(OutputFormat::word).toList();
    }

    private String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
