package app.rodmena.auth.diagnosis.incident;

/** Thrown for an invalid setting of incidents. Contains the setting and the rule. */
public final class InvalidIncidentsSetting extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final String setting;
    private final String rule;

    InvalidIncidentsSetting(String setting, Object value, String rule) {
        super("%s: %s; %s".formatted(setting, value, rule));
        this.setting = setting;
        this.rule = rule;
    }

    /** The name of the setting, for example {@code incident_wait}. */
    public String setting() {
        return setting;
    }

    /** The allowed values, for example {@code must be 1ms to 1d}. */
    public String rule() {
        return rule;
    }
}
