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

    /** A match of a pattern, with its document. */
    public record Found(Path page, MatchResult match) {
        public String group(int number) {
            return match.group(number);
        }
    }

    /** A page of the manual by its name, for example {@code page("pool")}. */
    public static Path page(String name) {
        return MANUAL.resolve(name + ".md");
    }

    /** All pages of the manual, sorted by name. */
    public static List<Path> manual() throws IOException {
        try (Stream<Path> files = Files.list(MANUAL)) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    /** All documents. */
    public static List<Path> all() throws IOException {
        List<Path> all = new ArrayList<>(List.of(README, DASHBOARDS));
        all.addAll(manual());
        return all;
    }

    public static String text(Path page) throws IOException {
        return Files.readString(page, UTF_8);
    }

    /** All matches of {@code pattern} in all documents. */
    public static List<Found> find(Pattern pattern) throws IOException {
        List<Found> found = new ArrayList<>();
        for (Path page : all()) {
            pattern.matcher(text(page)).results().forEach(match -> found.add(new Found(page, match)));
        }
        return found;
    }

    /** The fenced code blocks of a language, for example {@code sql}, in all documents. */
    public static List<String> blocks(String language) throws IOException {
        return find(Pattern.compile("^```" + language + "\n(.*?)^```", Pattern.DOTALL | Pattern.MULTILINE)).stream()
                .map(block -> block.group(1))
                .toList();
    }
}
