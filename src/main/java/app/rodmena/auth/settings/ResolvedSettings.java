package app.rodmena.auth.settings;

import app.rodmena.auth.database.ApplicationName;
import app.rodmena.auth.pool.PoolProfile;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Every setting with its effective value: from its flag, else from its environment variable, else its default.
 *
 * <p>A profile stands for a pool size and an overflow given in the same place. The precedence is therefore
 * {@code --pool-size}, {@code --profile}, {@code AUTH_POOL_SIZE}, {@code AUTH_PROFILE}.
 */
public final class ResolvedSettings {
    private final Map<Setting, SettingValue> held = new EnumMap<>(Setting.class);

    private ResolvedSettings() {}

    public static ResolvedSettings of(Collection<SettingValue> flags, Collection<SettingValue> variables) {
        ResolvedSettings settings = new ResolvedSettings();
        for (Setting setting : Setting.values()) {
            setting.fallback().ifPresent(text -> settings.held.put(setting, SettingValue.byDefault(setting, text)));
        }
        settings.held.put(
                Setting.INSTANCE, SettingValue.byDefault(Setting.INSTANCE, ApplicationName.defaultInstance()));
        settings.held.putAll(withProfile(variables));
        settings.held.putAll(withProfile(flags));
        // Below the data directory: servers with different data directories must not share incidents.
        settings.held.computeIfAbsent(
                Setting.INCIDENTS_DIR,
                incidents -> SettingValue.byDefault(
                        incidents, settings.get(Setting.DATA_DIR).text() + "/incidents"));
        return settings;
    }

    private static Map<Setting, SettingValue> withProfile(Collection<SettingValue> layer) {
        Map<Setting, SettingValue> expanded = new EnumMap<>(Setting.class);
        layer.forEach(given -> {
            if (given.text().isBlank()) {
                throw given.refuse("must not be empty");
            }
            if (!SettingValue.isReadable(given.text())) {
                throw given.refuse(SettingValue.unreadable());
            }
            expanded.put(given.setting(), given);
        });
        SettingValue profile = expanded.get(Setting.PROFILE);
        if (profile != null) {
            PoolProfile sizes = profile.oneOf(PoolProfile.class);
            expanded.computeIfAbsent(Setting.POOL_SIZE, size -> impliedBy(profile, size, sizes.poolSize()));
            expanded.computeIfAbsent(Setting.MAX_OVERFLOW, size -> impliedBy(profile, size, sizes.maxOverflow()));
        }
        return expanded;
    }

    private static SettingValue impliedBy(SettingValue profile, Setting size, int value) {
        return new SettingValue(size, profile.name(), Integer.toString(value), profile.name() + " " + profile.text());
    }

    /** Whether the setting has a value, given or by default. */
    public boolean has(Setting setting) {
        return held.containsKey(setting);
    }

    /** The setting's value; null unless the setting {@link #has} one. */
    public SettingValue get(Setting setting) {
        return held.get(setting);
    }

    public Optional<SettingValue> find(Setting setting) {
        return Optional.ofNullable(held.get(setting));
    }
}
