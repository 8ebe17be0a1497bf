package app.rodmena.auth.pool;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A named pool size. */
public enum PoolProfile {
    /** For typical services: 5+5. */
    DEFAULT(5, 5),
    /** For many concurrent requests, and a database with enough capacity: 10+10. */
    HIGH_TRAFFIC(10, 10),
    /** For a small machine, or a database with few connections: 3+2. */
    LOW_MEMORY(3, 2),
    /** For development: 10+20. */
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

    /** The profile's name, such as {@code high-traffic}. */
    public String profileName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static Optional<PoolProfile> of(String name) {
        return Arrays.stream(values())
                .filter(profile -> profile.profileName().equals(name))
                .findFirst();
    }

    /** The names of all profiles. */
    public static List<String> profileNames() {
        return Arrays.stream(values()).map(PoolProfile::profileName).toList();
    }
}
