package app.rodmena.auth.boards;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The files in jmx-dashboards, line by line. */
final class BoardFiles {
    static final Path DIRECTORY = Path.of("jmx-dashboards");

    private BoardFiles() {}

    /** Where something is written: {@code jmx-dashboards/zabbix/auth-pool.yaml:12}. */
    record Place(Path file, int line) {
        @Override
        public String toString() {
            return file + ":" + line;
        }
    }

    /** What a pattern found, and where. */
    record Found(Place place, MatchResult match) {
        String group(int number) {
            return match.group(number);
        }
    }

    static Path file(String path) {
        return DIRECTORY.resolve(path);
    }

    /** All that are there, but for pages and pictures. */
    static List<Path> all() throws IOException {
        try (Stream<Path> files = Files.walk(DIRECTORY)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.startsWith(file("web")))
                    .filter(file -> !file.toString().matches(".*\\.(png|svg|ico)"))
                    .sorted()
                    .toList();
        }
    }

    /** Every match of {@code pattern}, each within a line. */
    static List<Found> find(Path file, Pattern pattern) throws IOException {
        List<Found> found = new ArrayList<>();
        List<String> lines = Files.readAllLines(file, UTF_8);
        for (int i = 0; i < lines.size(); i++) {
            Place place = new Place(file, i + 1);
            pattern.matcher(lines.get(i)).results().forEach(match -> found.add(new Found(place, match)));
        }
        return found;
    }
}
