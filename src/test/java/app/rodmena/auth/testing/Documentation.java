package app.rodmena.auth.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The documents of the repository: README.md, the manual in src/site/markdown, and jmx-dashboards/README.md. */
public final class Documentation {
    public static final Path README = Path.of("README.md");
    public static final Path MANUAL = Path.of("src/site/markdown");
    public static final Path DASHBOARDS = Path.of("jmx-dashboards/README.md");

    private Documentation() {}

    /** A match of a pattern, and the document it is in. */
    public record Found(Path page, MatchResult match) {
        public String group(int number) {
            return match.group(number);
        }
    }

    /** A page of the manual: {@code page("pool")}. */
    public static Path page(String name) {
        return MANUAL.resolve(name + ".md");
    }

    /** All pages of the manual, in the order of their names. */
    public static List<Path> manual() throws IOException {
        try (Stream<Path> files = Files.list(MANUAL)) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    /** Every document. */
    public static List<Path> all() throws IOException {
        List<Path> all = new ArrayList<>(List.of(README, DASHBOARDS));
        all.addAll(manual());
        return all;
    }

    public static String text(Path page) throws IOException {
        return Files.readString(page, UTF_8);
    }

    /** Every match of {@code pattern} in every document. */
    public static List<Found> find(Pattern pattern) throws IOException {
        List<Found> found = new ArrayList<>();
        for (Path page : all()) {
            pattern.matcher(text(page)).results().forEach(match -> found.add(new Found(page, match)));
        }
        return found;
    }

    /** The fenced code blocks of a language, as {@code sql}, in every document. */
    public static List<String> blocks(String language) throws IOException {
        return find(Pattern.compile("^```" + language + "\n(.*?)^```", Pattern.DOTALL | Pattern.MULTILINE)).stream()
                .map(block -> block.group(1))
                .toList();
    }
}
