package app.rodmena.auth.diagnosis;

/** Phrases for sentences and recommendations. */
final class Phrases {
    private Phrases() {}

    /** For example {@code a lock on auth_group}. */
    static String lock(String what) {
        if (what.isEmpty()) {
            return "a lock";
        }
        return what.contains("lock ") ? what : "a lock on " + what;
    }

    /** For example {@code pid 4123 (psql, idle in transaction for 42 s)}. */
    static String blocker(Blocker session) {
        if (session.kind() == BlockerKind.PREPARED_TRANSACTION) {
            return session.application().isEmpty()
                    ? session(session)
                    : "%s of role %s, prepared %s ago"
                            .formatted(session(session), session.user(), Formats.time(session.lasting()));
        }
        String activity = session.hidden()
                ? "activity hidden from this role"
                : "%s for %s".formatted(session.state(), Formats.time(session.lasting()));
        return "pid %s (%s%s, %s)".formatted(session.pid(), name(session), kind(session), activity);
    }

    /** For example {@code pid 4123 (psql)}. */
    static String session(Blocker session) {
        if (session.kind() == BlockerKind.PREPARED_TRANSACTION) {
            return session.application().isEmpty()
                    ? "a prepared transaction (see pg_prepared_xacts)"
                    : "the prepared transaction " + session.application();
        }
        return "pid %s (%s)".formatted(session.pid(), name(session));
    }

    private static String kind(Blocker session) {
        String label = session.kind().label();
        if (label.isEmpty()) {
            return "";
        }
        return session.kind() == BlockerKind.SUPERUSER ? ", %s %s".formatted(label, session.user()) : ", " + label;
    }

    private static String name(Blocker session) {
        if (session.connectionId().isPresent()) {
            return "connection %s of this pool".formatted(session.connectionId().getAsInt());
        }
        if (session.kind() == BlockerKind.AUTOVACUUM) {
            return session.query().isEmpty() ? "autovacuum worker" : session.query();
        }
        if (!session.application().isEmpty()) {
            return session.application();
        }
        return session.user().isEmpty() ? "no application_name" : "user " + session.user();
    }
}
