package app.rodmena.auth.admin;

import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The formats of a response that exists in several, chosen by the Accept header. */
enum ContentNegotiation {
    JSON("application/json"),
    TEXT("text/plain"),
    HTML("text/html");

    private final String type;

    ContentNegotiation(String type) {
        this.type = type;
    }

    private record AcceptedType(String type, double weight) {
        static AcceptedType of(String part) {
            String[] parts = part.strip().split("\\s*;\\s*", -1);
            double weight = Stream.of(parts)
                    .skip(1)
                    .filter(parameter -> parameter.matches("q=[01](\\.\\d{0,3})?"))
                    .mapToDouble(parameter -> Double.parseDouble(parameter.substring(2)))
                    .findFirst()
                    .orElse(1);
            return new AcceptedType(parts[0].toLowerCase(Locale.ROOT), weight);
        }

        Optional<ContentNegotiation> format() {
            return Stream.of(values())
                    .filter(candidate -> candidate.type.equals(type))
                    .findFirst();
        }
    }

    /** The format with the highest weight in an Accept header; JSON if it names none of them. */
    static ContentNegotiation preferred(String accept) {
        return Stream.of(accept.split(","))
                .map(AcceptedType::of)
                .filter(accepted -> accepted.weight > 0)
                .sorted(Comparator.comparingDouble(AcceptedType::weight).reversed())
                .flatMap(accepted -> accepted.format().stream())
                .findFirst()
                .orElse(JSON);
    }
}
