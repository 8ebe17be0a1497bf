package app.rodmena.auth.settings;

import java.util.Comparator;
import java.util.List;

/** Suggests the most similar known name for a mistyped one; picocli's suggestions are not ordered by similarity. */
public final class NameSuggestion {
    private NameSuggestion() {}

    /** {@code "; did you mean …?"}, or a hint at {@code --help} if no known name is similar. */
    public static String hint(String typed, List<String> names) {
        return names.stream()
                .min(Comparator.comparingInt(name -> distance(typed, name)))
                .filter(name -> distance(typed, name) <= Math.max(2, typed.length() / 4))
                .map(name -> "; did you mean " + name + "?")
                .orElse("; --help lists what there is");
    }

    /** The Levenshtein distance: the minimum number of characters to add, remove or replace. */
    private static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }
}
