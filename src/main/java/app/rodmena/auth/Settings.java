package app.rodmena.auth;

import app.rodmena.auth.pool.PoolProfile;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Every setting with the value that holds: of its flag, else of its environment variable, else its default.
 *
 * <p>A profile stands for a pool size and an overflow given in the same place. So a size beats the profile beside it,
 * and both beat what comes after: {@code --pool-size}, {@code --profile}, {@code AUTH_POOL_SIZE}, {@code AUTH_PROFILE}.
 */
final class Settings {
    private final Map<Setting, Given> held = new EnumMap<>(Setting.class);

    private Settings() {}

    static Settings of(Collection<Given> flags, Collection<Given> variables) {
        Settings settings = new Settings();
        for (Setting setting : Setting.values()) {
            setting.fallback().ifPresent(text -> settings.held.put(setting, Given.byDefault(setting, text)));
        }
        settings.held.put(Setting.INSTANCE, Given.byDefault(Setting.INSTANCE, Instance.ofThisProcess()));
        settings.held.putAll(withProfile(variables));
        settings.held.putAll(withProfile(flags));
        // Beside the data they are about: servers with different data directories must not share incidents.
        settings.held.computeIfAbsent(
                Setting.INCIDENTS_DIR,
                incidents -> Given.byDefault(
                        incidents, settings.get(Setting.DATA_DIR).text() + "/incidents"));
        return settings;
    }

    private static Map<Setting, Given> withProfile(Collection<Given> layer) {
        Map<Setting, Given> expanded = new EnumMap<>(Setting.class);
        layer.forEach(given -> {
            if (given.text().isBlank()) {
                throw given.refuse("must not be empty");
            }
            if (!Given.isReadable(given.text())) {
                throw given.refuse(Given.unreadable());
            }
            expanded.put(given.setting(), given);
        });
        Given profile = expanded.get(Setting.PROFILE);
        if (profile != null) {
            PoolProfile sizes = PoolProfile.of(profile.text())
                    .orElseThrow(() -> profile.refuse("must be one of " + String.join(", ", PoolProfile.words())));
            expanded.computeIfAbsent(Setting.POOL_SIZE, size -> impliedBy(profile, size, sizes.poolSize()));
            expanded.computeIfAbsent(Setting.MAX_OVERFLOW, size -> impliedBy(profile, size, sizes.maxOverflow()));
        }
        return expanded;
    }

    private static Given impliedBy(Given profile, Setting size, int value) {
        return new Given(size, profile.name(), Integer.toString(value), profile.name() + " " + profile.text());
    }

    /** Whether somebody gave it, or it has a default. */
    boolean has(Setting setting) {
        return held.containsKey(setting);
    }

    /** Whether somebody gave it. */
    boolean isGiven(Setting setting) {
        return has(setting) && !get(setting).isDefault();
    }

    /** Its value; only for one that there {@link #has} to be. */
    Given get(Setting setting) {
        return held.get(setting);
    }

    /** Its value, if it has one. */
    Optional<Given> find(Setting setting) {
        return Optional.ofNullable(held.get(setting));
    }
}
