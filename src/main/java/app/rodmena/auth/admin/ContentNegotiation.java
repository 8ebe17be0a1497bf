package app.rodmena.auth.admin;

import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The format of a response that exists in several. */
enum ContentNegotiation {
    JSON("application/json"),
    TEXT("text/plain"),
    HTML("text/html");

    private final String type;

    ContentNegotiation(String type) {
        this.type = type;
    }

    private record Wish(String type, double weight) {
        static Wish of(String part) {
            String[] words = part.strip().split("\\s*;\\s*", -1);
            double weight = Stream.of(words)
                    .skip(1)
                    .filter(word -> word.matches("q=[01](\\.\\d{0,3})?"))
                    .mapToDouble(word -> Double.parseDouble(word.substring(2)))
                    .findFirst()
                    .orElse(1);
            return new Wish(words[0].toLowerCase(Locale.ROOT), weight);
        }

        Optional<ContentNegotiation> form() {
            return Stream.of(values()).filter(form -> form.type.equals(type)).findFirst();
        }
    }

    /** The format with the highest weight in an Accept header; JSON if it names none of them. */
    static ContentNegotiation preferred(String accept) {
        return Stream.of(accept.split(","))
                .map(Wish::of)
                .filter(wish -> wish.weight > 0)
                .sorted(Comparator.comparingDouble(Wish::weight).reversed())
                .flatMap(wish -> wish.form().stream())
                .findFirst()
                .orElse(JSON);
    }
}
