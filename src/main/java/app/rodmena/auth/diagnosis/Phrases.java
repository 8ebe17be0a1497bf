package app.rodmena.auth.diagnosis;

/** Phrases for sentences and recommendations. */
final class Phrases {
    private Phrases() {}

    /** For example {@code a lock on auth_group}. */
    static String lock(String what) {
        if (what.isEmpty()) {
            return "a lock";
        }
        boolean speaksForItself =
                what.contains(" lock") || what.startsWith("another transaction") || what.startsWith("what another");
        return speaksForItself ? what : "a lock on " + what;
    }

    /** For example {@code pid 4123 (psql, idle in transaction for 42 s)}. */
    static String culprit(Blocker culprit) {
        if (culprit.pid() == 0) {
            return culprit.application() + " (see pg_prepared_xacts)";
        }
        String who = culprit.connectionId().isPresent()
                ? "our own connection " + culprit.connectionId().getAsInt()
                : name(culprit);
        String doing = culprit.hidden()
                ? "what it does is hidden from us"
                : "%s for %s".formatted(culprit.state(), Formats.time(culprit.lasting()));
        return "pid %s (%s, %s)".formatted(culprit.pid(), who, doing);
    }

    private static String name(Blocker culprit) {
        if (!culprit.application().isEmpty()) {
            return culprit.application();
        }
        return culprit.user().isEmpty() ? "nameless" : "user " + culprit.user();
    }
}
