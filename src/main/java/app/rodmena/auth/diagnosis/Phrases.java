package app.rodmena.auth.diagnosis;

/** Phrases for sentences and recommendations. */
final class Phrases {
    private Phrases() {}

    /** For example {@code a lock on auth_group}. */
    static String lock(String what) {
        if (what.isEmpty()) {
            return "a lock";
        }
        return what.contains(" lock") ? what : "a lock on " + what;
    }

    /** For example {@code pid 4123 (psql, idle in transaction for 42 s)}. */
    static String blocker(Blocker session) {
        if (session.pid() == 0) {
            return session(session);
        }
        String activity = session.hidden()
                ? "activity hidden from this role"
                : "%s for %s".formatted(session.state(), Formats.time(session.lasting()));
        return "pid %s (%s, %s)".formatted(session.pid(), name(session), activity);
    }

    /** For example {@code pid 4123 (psql)}. */
    static String session(Blocker session) {
        return session.pid() == 0
                ? session.application() + " (see pg_prepared_xacts)"
                : "pid %s (%s)".formatted(session.pid(), name(session));
    }

    private static String name(Blocker session) {
        if (session.connectionId().isPresent()) {
            return "connection %s of this pool".formatted(session.connectionId().getAsInt());
        }
        if (!session.application().isEmpty()) {
            return session.application();
        }
        return session.user().isEmpty() ? "no application_name" : "user " + session.user();
    }
}
