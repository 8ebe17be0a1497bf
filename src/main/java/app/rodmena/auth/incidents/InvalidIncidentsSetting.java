package app.rodmena.auth.incidents;

/** A setting of incidents can't be what it is. */
public final class InvalidIncidentsSetting extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final String setting;
    private final String rule;

    InvalidIncidentsSetting(String setting, Object value, String rule) {
        super("%s: %s; %s".formatted(setting, value, rule));
        this.setting = setting;
        this.rule = rule;
    }

    /** Which one, as {@code incident_wait}. */
    public String setting() {
        return setting;
    }

    /** What it must be. */
    public String rule() {
        return rule;
    }
}
