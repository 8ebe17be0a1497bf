package app.rodmena.auth.capacity;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who is connected to a PostgreSQL, all of the same instant.
 *
 * @param others clients that are not of the fleet
 * @param othersOfRole of these, those with our role
 * @param othersInDatabase of these, those in our database
 * @param hidden of these, those of which our role may not see what kind they are
 * @param members the fleet
 */
record Sessions(int others, int othersOfRole, int othersInDatabase, int hidden, List<Member> members) {
    /**
     * Names are seen by everybody; the kind of another role's session only with pg_monitor. One of a user in a database
     * is a client, or, rarely, somebody's parallel worker.
     *
     * <p>Who only asks, and is not of the fleet, is not counted. Who has not decided yet holds the mark of
     * {@link FleetLocks}. In another database, where deciding is not in turn with ours, it counts all the same: two may
     * then both think that they don't fit, but never both that they do.
     */
    static final String SQL = """
            /* capacity.sessions */
            select case when application_name like 'auth/%' then application_name else '' end as name,
                   coalesce(usename = session_user, false) as of_role,
                   coalesce(datname = current_database(), false) as in_database,
                   backend_type is null as hidden,
                   coalesce(datname = current_database(), false) and exists (
                       select from pg_locks
                       where pg_locks.pid = pg_stat_activity.pid and locktype = 'advisory'
                         and classid = 1635087464 and objid = 2 and objsubid = 2) as undecided,
                   count(*)::int as sessions
            from pg_stat_activity
            where (backend_type = 'client backend'
                   or (backend_type is null and usesysid is not null and datid is not null))
              and (application_name like 'auth/%' or pid <> pg_backend_pid())
            group by 1, 2, 3, 4, 5
            """;

    private static final Pattern NAME = Pattern.compile("auth/(?<instance>[^/]+)(?:/(?<rest>.*))?");
    private static final Pattern CAPS = Pattern.compile("(?<size>\\d{1,4})\\+(?<overflow>\\d{1,4})");

    static Sessions of(ResultSet rows) throws SQLException {
        int others = 0;
        int othersOfRole = 0;
        int othersInDatabase = 0;
        int hidden = 0;
        Map<String, Counted> members = new TreeMap<>();
        while (rows.next()) {
            int sessions = rows.getInt("sessions");
            Matcher name = NAME.matcher(rows.getString("name"));
            if (name.matches()) {
                members.computeIfAbsent(name.group("instance"), instance -> new Counted())
                        .add(name.group("rest"), sessions, rows.getBoolean("undecided"));
            } else {
                others += sessions;
                othersOfRole += rows.getBoolean("of_role") ? sessions : 0;
                othersInDatabase += rows.getBoolean("in_database") ? sessions : 0;
                hidden += rows.getBoolean("hidden") ? sessions : 0;
            }
        }
        return new Sessions(
                others,
                othersOfRole,
                othersInDatabase,
                hidden,
                members.entrySet().stream()
                        .map(member -> member.getValue().member(member.getKey()))
                        .toList());
    }

    /** What one name has, as it is being counted. */
    private static final class Counted {
        private final TreeSet<String> pools = new TreeSet<>();
        private int processes;
        private int poolMaximum;
        private int pooled;
        private int beside;
        private int undecided;

        void add(String rest, int sessions, boolean isUndecided) {
            Matcher caps = CAPS.matcher(rest == null ? "" : rest);
            if (rest == null) {
                pooled += sessions;
            } else if (!caps.matches()) {
                beside += sessions;
            } else if (isUndecided) {
                undecided += sessions;
            } else {
                processes += sessions;
                pools.add(rest);
                poolMaximum +=
                        sessions * (Integer.parseInt(caps.group("size")) + Integer.parseInt(caps.group("overflow")));
            }
        }

        Member member(String instance) {
            return new Member(instance, processes, String.join(", ", pools), poolMaximum, pooled, beside, undecided);
        }
    }
}
