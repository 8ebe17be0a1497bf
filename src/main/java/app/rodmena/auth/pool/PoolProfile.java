package app.rodmena.auth.pool;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A size of pool in one word. */
public enum PoolProfile {
    /** What most services need: 5+5. */
    DEFAULT(5, 5),
    /** Many requests at once, and a database that has room for them: 10+10. */
    HIGH_TRAFFIC(10, 10),
    /** A small machine, or a database with few connections to give: 3+2. */
    LOW_MEMORY(3, 2),
    /** One developer who tries everything at once: 10+20. */
    DEVELOPMENT(10, 20);

    private final int poolSize;
    private final int maxOverflow;

    PoolProfile(int poolSize, int maxOverflow) {
        this.poolSize = poolSize;
        this.maxOverflow = maxOverflow;
    }

    public int poolSize() {
        return poolSize;
    }

    public int maxOverflow() {
        return maxOverflow;
    }

    /** The word for it, as {@code high-traffic}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static Optional<PoolProfile> of(String word) {
        return Arrays.stream(values())
                .filter(profile -> profile.word().equals(word))
                .findFirst();
    }

    /** Every word there is. */
    public static List<String> words() {
        return Arrays.stream(values()).map(PoolProfile::word).toList();
    }
}
