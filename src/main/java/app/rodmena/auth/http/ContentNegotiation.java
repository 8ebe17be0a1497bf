package app.rodmena.auth.http;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Chooses the content type of a response that exists in several, by the Accept header. */
public final class ContentNegotiation {
    private ContentNegotiation() {}

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
    }

    /** Whether a header names the value with a weight above 0; a wildcard does not count. */
    static boolean accepts(String header, String value) {
        return Stream.of(header.split(","))
                .map(AcceptedType::of)
                .anyMatch(accepted -> accepted.type.equals(value) && accepted.weight > 0);
    }

    /**
     * The type with the highest weight in an Accept header; the first one if the header names none of them.
     *
     * @param types content types, which may have parameters; the header's parameters are ignored
     */
    public static String preferred(String accept, List<String> types) {
        return Stream.of(accept.split(","))
                .map(AcceptedType::of)
                .filter(accepted -> accepted.weight > 0)
                .sorted(Comparator.comparingDouble(AcceptedType::weight).reversed())
                .flatMap(accepted ->
                        types.stream().filter(candidate -> candidate.split(";", 2)[0].equals(accepted.type)))
                .findFirst()
                .orElse(types.get(0));
    }
}
